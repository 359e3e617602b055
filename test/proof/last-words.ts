import type { Server } from '../../setup/server.ts'

/** What went wrong, and what `serve` had to say last. */
export function withLastWords(error: unknown, server: Pick<Server, 'output'>): Error {
  const words = error instanceof Error ? error.message : String(error)
  return new Error(`${words}\n--- last words of serve ---\n${server.output().slice(-4_000)}`)
}
