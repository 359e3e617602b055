import { readdirSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from './durable-files.ts'
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
syncAll(data)

/** They were copied in behind PostgreSQL's back, which would have synced them. */
function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncAll(path)
    else syncFolder(path)
  }
  syncFolder(folder)
}
