import { fileURLToPath } from 'node:url'

/** Where the built user interface is; `npx vite build ui` makes it. */
export const userInterfaceFolder = fileURLToPath(new URL('../../ui/dist', import.meta.url))
