import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Runs a program without a shell; resolves with its exit code and what it printed. Never throws for a bad exit. */
export function run(command, args, options = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    child.stdout?.on('data', chunk => {
      output += chunk
    })
    child.stderr?.on('data', chunk => {
      output += chunk
    })
    child.on('error', error => resolve({ code: 127, output: error.message }))
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}

/** The first executable of that name on PATH, or null. */
export function onPath(name, env = process.env) {
  for (const folder of (env.PATH || '').split(delimiter)) {
    if (!folder) continue
    const file = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here; look further.
    }
  }
  return null
}

/** The last lines of what a program printed, on one line, for a message. */
export function lastWords(output, lines = 3) {
  const words = output.trim().split('\n').slice(-lines).join(' / ')
  return words.length > 400 ? `…${words.slice(-400)}` : words
}
