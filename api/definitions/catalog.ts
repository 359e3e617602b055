import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { ProblemError } from '../contract/problem.ts'
import { definitionHash } from './definition-hash.ts'

/** One pipeline file, as it is now. */
export interface Definition {
  /** What the file says; the file's own name when it does not say. */
  name: string
  /** Relative to the configured directory. */
  source: string
  /** SHA-256 of the text. */
  revision: string
  text: string
  problems: ProblemError[]
  /** Null exactly when there are problems. */
  pipeline: Pipeline | null
  definitionHash: string | null
}

/** The pipelines that can be triggered, and those that cannot with the reason. Always as the files are now. */
export interface Catalog {
  list(): Promise<Definition[]>
  get(name: string): Promise<Definition | null>
}

export type Checked = { pipeline: Pipeline; problems: readonly [] } | { pipeline: null; problems: ProblemError[] }

/** Reads the text of a pipeline; `file` is for messages. */
export type Check = (text: string, file: string) => Checked

const maxFileSize = 256 * 1024
const maxFiles = 2_000

/**
 * Pipelines of configured directories (`*.yaml`, `*.yml`, not below them). A file is read again when its size, time or
 * identity changes. Symbolic links are not followed: the directory is the limit of what can be read.
 */
export function createDirectoryCatalog(directories: readonly string[], check: Check): Catalog {
  const cache = new Map<string, { stamp: string; definition: Definition }>()

  async function read(directory: string, path: string): Promise<Definition | null> {
    const stat = await lstat(path).catch(() => null)
    if (stat === null) return null
    const source = relative(directory, path)
    if (!stat.isFile()) return broken(source, 'not a regular file; symbolic links are not followed')
    if (stat.size > maxFileSize) return broken(source, `larger than ${maxFileSize / 1024} KB`)
    const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`
    const known = cache.get(path)
    if (known?.stamp === stamp) return known.definition
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) return broken(source, 'cannot be read; check the permissions')
    const definition = toDefinition(source, text, check)
    cache.set(path, { stamp, definition })
    return definition
  }

  async function list(): Promise<Definition[]> {
    const found: Definition[] = []
    for (const directory of directories) {
      const names = await readdir(directory).catch(() => null)
      if (names === null) {
        found.push(broken(directory, 'the configured directory cannot be read'))
        continue
      }
      const files = names.filter(name => /^[^.].*\.ya?ml$/.test(name)).sort()
      for (const file of files.slice(0, maxFiles)) {
        const definition = await read(directory, join(directory, file))
        if (definition !== null) found.push(definition)
      }
    }
    return refuseDoubles(found)
  }

  return { list, get: async name => (await list()).find(definition => definition.name === name) ?? null }
}

function toDefinition(source: string, text: string, check: Check): Definition {
  const { pipeline, problems } = check(text, source)
  return {
    name: pipeline?.name ?? statedName(text) ?? baseName(source),
    source,
    revision: createHash('sha256').update(text).digest('hex'),
    text,
    problems: [...problems],
    pipeline,
    definitionHash: pipeline === null ? null : definitionHash(pipeline),
  }
}

/** The name of a file that is not valid, so that a trigger of it can say why instead of "unknown". */
function statedName(text: string): string | null {
  return /^name:\s*['"]?([a-z0-9][a-z0-9-]{0,62})['"]?\s*(?:#.*)?$/m.exec(text)?.[1] ?? null
}

function baseName(source: string): string {
  return source.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
}

function broken(source: string, message: string): Definition {
  const problems = [{ pointer: '', line: null, column: null, message: `${source}: ${message}` }]
  return {
    name: baseName(source),
    source,
    revision: '',
    text: '',
    problems,
    pipeline: null,
    definitionHash: null,
  }
}

/** Two files with one name: neither may run, since nobody can tell which was meant. */
function refuseDoubles(definitions: Definition[]): Definition[] {
  const sources = Map.groupBy(definitions, definition => definition.name)
  return definitions.map(definition => {
    const others = sources.get(definition.name)!.filter(other => other !== definition)
    if (others.length === 0) return definition
    const message = `the name ${definition.name} is also used by ${others.map(other => other.source).join(', ')}`
    const problem = { pointer: '/name', line: null, column: null, message }
    return { ...definition, pipeline: null, definitionHash: null, problems: [...definition.problems, problem] }
  })
}
