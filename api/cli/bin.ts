#!/usr/bin/env node
import type { Io } from './io.ts'
import { runProgram } from './program.ts'

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env }
// A reader that has seen enough (`slipway list | head`) is no error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await runProgram(process.argv.slice(2), io)
// Everything has been said; what still holds the process by then (a socket, a timer) must not keep it.
setTimeout(() => process.exit(), 1_000).unref()
