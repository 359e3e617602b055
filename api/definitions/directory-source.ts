import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { TemplateText } from '../../pipeline/templates.ts'
import {
  broken,
  type Check,
  type Definition,
  isPipelineFile,
  maxFileSize,
  maxFiles,
  toDefinition,
} from './definition.ts'
import type { Source } from './source.ts'
import { templatesBeside } from './templates-beside.ts'

/**
 * Pipelines of a folder (`*.yaml`, `*.yml`, not below it). A file is read again when its size, time or identity changes,
 * or a template beside it.
 * Symbolic links are not followed: the directory is the limit of what can be read.
 */
export function createDirectorySource(directory: string, check: Check): Source {
  const cache = new Map<string, { stamp: string; definition: Definition }>()

  async function read(path: string, { key, templates }: Templates): Promise<Definition | null> {
    const stat = await lstat(path).catch(() => null)
    if (stat === null) return null
    const place = { source: relative(directory, path), origin: directory }
    if (!stat.isFile()) return broken(place, 'not a regular file; symbolic links are not followed')
    if (stat.size > maxFileSize) return broken(place, `larger than ${maxFileSize / 1024} KB`)
    const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs} ${key}`
    const known = cache.get(path)
    if (known?.stamp === stamp) return known.definition
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) return broken(place, 'cannot be read; check the permissions')
    const definition = toDefinition(place, text, (text, file) => check(text, file, templates))
    cache.set(path, { stamp, definition })
    return definition
  }

  async function list(): Promise<Definition[]> {
    const names = await readdir(directory).catch(() => null)
    if (names === null) return [broken({ source: directory, origin: directory }, unreadable)]
    const templates = await readTemplates(directory)
    const found: Definition[] = []
    for (const file of names.filter(isPipelineFile).sort().slice(0, maxFiles)) {
      const definition = await read(join(directory, file), templates)
      if (definition !== null) found.push(definition)
    }
    return found
  }

  return {
    list,
    async state() {
      const readable = await readdir(directory).then(
        () => true,
        () => false,
      )
      const problem = readable ? null : unreadable
      return { type: 'directory', origin: directory, revision: null, checkedAt: null, problem, known: readable }
    },
    textAt: async (revision, pipeline) =>
      (await list()).find(({ name, revision: own }) => name === pipeline && own === revision)?.text ?? null,
    watch: async () => {},
    refresh: async () => {},
  }
}

interface Templates {
  /** Changes when one of them does. */
  key: string
  templates: readonly TemplateText[]
}

async function readTemplates(directory: string): Promise<Templates> {
  const templates = await templatesBeside(directory)
  return { key: createHash('sha256').update(JSON.stringify(templates)).digest('hex'), templates }
}

const unreadable = 'the configured directory cannot be read'
