import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * `npx vite build ui` writes `ui/dist`, which the API serves. `npx vite ui` is for working on the page: it passes
 * `/api` on to the server at SLIPWAY_URL.
 */
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // `light-dark()` is kept as it is: colours follow `color-scheme` without a copy for each scheme.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // Inline data: would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: process.env.SLIPWAY_URL ?? 'http://127.0.0.1:7000', changeOrigin: true } },
  },
})
