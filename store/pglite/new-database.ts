import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { syncFile, syncTree } from './durable-files.ts'

const program = fileURLToPath(new URL('./create.ts', import.meta.url))

/**
 * Puts the files of a new database at `data`: whole, or not at all. The first time they are made, which takes seconds
 * and 500 MB in a process of its own; a copy is kept beside the dependencies, and every later database is a copy of it.
 */
export async function newDatabase(data: string): Promise<void> {
  removeUnfinished(data)
  const unfinished = `${data}.new-${process.pid}`
  const template = await findTemplate()
  if (template === null) await make(unfinished)
  else await cp(template, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE })
  await syncTree(unfinished)
  renameSync(unfinished, data)
  syncFile(dirname(data))
}

/** Left by a process that was ended meanwhile. The folder's lock is ours, so none of them is anyone's. */
function removeUnfinished(data: string) {
  for (const name of readdirSync(dirname(data))) {
    if (!name.startsWith(`${basename(data)}.new-`)) continue
    rmSync(join(dirname(data), name), { recursive: true, force: true })
  }
}

/** Null where nothing may be kept, such as a read-only installation. */
async function findTemplate(): Promise<string | null> {
  const template = templatePath()
  if (existsSync(template)) return template
  const unfinished = `${template}.new-${process.pid}`
  try {
    await mkdir(dirname(template), { recursive: true })
    await make(unfinished)
    renameSync(unfinished, template)
    return template
  } catch {
    rmSync(unfinished, { recursive: true, force: true })
    return existsSync(template) ? template : null
  }
}

async function make(data: string): Promise<void> {
  await promisify(execFile)(process.execPath, [program, data])
}

/** One for each version of PGlite and of the program that makes it. */
function templatePath(): string {
  const packageFile = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'))
  const sources = [packageFile, program, new URL('./engine.ts', import.meta.url)].map(file => readFileSync(file))
  const key = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16)
  return fileURLToPath(new URL(`../../node_modules/.cache/slipway/pgdata-${key}`, import.meta.url))
}
