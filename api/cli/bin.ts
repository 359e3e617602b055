#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import type { Io } from './io.ts'

// Compiling what we are made of is half of a start; where nothing can be kept, it is compiled again.
enableCompileCache(join(import.meta.dirname, '..', '..', '.cache', 'node'))
const { runProgram } = await import('./program.ts')

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env }
const servers: readonly string[] = ['serve', 'api', 'worker']
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    // A reader that has seen enough (`slipway list | head`) is no error; a server goes on without one, it has children.
    if (!servers.includes(process.argv[2] ?? '')) process.exit(0)
  })
}
process.exitCode = await runProgram(process.argv.slice(2), io)
// Everything has been said; what still holds the process by then (a socket, a timer) must not keep it.
setTimeout(() => process.exit(), 1_000).unref()
