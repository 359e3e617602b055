import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { syncTree } from './durable-files.ts'
import { openEngine, saveMemory } from './engine.ts'

/**
 * Makes the files of a new database in the folder named on the command line. A program of its own, because making them
 * takes three times the memory of using them, and only the end of a process gives that back.
 */
saveMemory()
const data = process.argv[2]!
await mkdir(data, { mode: 0o700 })
const lines: string[] = []
const engine = await openEngine(data, line => lines.push(line)).catch(error => {
  rmSync(data, { recursive: true, force: true })
  process.stderr.write(`${lines.join('\n')}\n`)
  throw error
})
await engine.close()
await syncTree(data)
