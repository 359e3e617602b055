import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { CliError, exitCodes, type Io } from './io.ts'

/** A file as far as it is worth reading; `text` is null when it is no text. */
export interface TextFile {
  name: string
  text: string | null
}

/** More than a pipeline may have, so that its size is told and not its first fault. */
const mostBytes = 1024 * 1024
const mostFiles = 10_000

/** The named files, the YAML files below named folders (but no templates), and standard input for `-`; one at a time. */
export async function* textFiles(paths: readonly string[], io: Io): AsyncGenerator<TextFile> {
  for (const path of paths) {
    if (path === '-') yield { name: '<stdin>', text: await readText(io.stdin, 'standard input') }
    else for (const name of await filesOf(path)) yield { name, text: await readText(createReadStream(name), name) }
  }
}

export async function readTextFile(path: string): Promise<string> {
  const text = await readText(createReadStream(path), path)
  if (text === null) throw new CliError(`${path}: this is not UTF-8 text`, exitCodes.invalid)
  return text
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(error => refuse(path, error))
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(error => refuse(path, error))
  const files = entries
    .filter(entry => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !/(^|\/)(node_modules|\.[^./][^/]*)\/|\/templates\/[^/]+$/.test(file.slice(path.length)))
    .sort()
  if (files.length === 0)
    throw new CliError(`${path}: there is no .yaml or .yml file in this folder`, exitCodes.invalid)
  if (files.length > mostFiles) throw new CliError(`${path}: more than ${mostFiles} files`, exitCodes.invalid)
  return files
}

async function readText(stream: Readable, name: string): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk)
      chunks.push(bytes)
      size += bytes.length
      if (size > mostBytes) break
    }
  } catch (error) {
    return refuse(name, error)
  }
  // What was cut off may end inside a letter; it is refused for its size.
  const fatal = size <= mostBytes
  try {
    return new TextDecoder('utf-8', { fatal }).decode(Buffer.concat(chunks))
  } catch {
    return null
  }
}

function refuse(name: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? message})`
  throw new CliError(`${name}: ${reason}`, exitCodes.invalid)
}
