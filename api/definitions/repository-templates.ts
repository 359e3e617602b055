import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { TemplateText } from '../../pipeline/templates.ts'
import { maxFileSize } from './definition.ts'
import type { BlobEntry, GitMirror } from './git-mirror.ts'
import { maxTemplates, templatesFolder } from './templates-beside.ts'

/** The templates beside a pipeline file of a commit; `key` changes when one of them does. */
export type TemplatesOf = (path: string) => { key: string; templates: readonly TemplateText[] }

/** Whether a file below the folder of a source is a template, and so no pipeline. */
export function isTemplate(path: string, folder: string): boolean {
  const inside = folder === '' ? path : path.slice(folder.length + 1)
  return posix.basename(posix.dirname(inside)) === templatesFolder
}

/** The folder of the templates that a pipeline file can use. */
export function templatesFolderOf(path: string): string {
  return posix.join(posix.dirname(path), templatesFolder)
}

/** Reads the templates among the files of a commit. Links, and what is too large, are not read. */
export async function readTemplateBlobs(mirror: GitMirror, entries: readonly BlobEntry[]): Promise<TemplatesOf> {
  const usable = entries.filter(({ path, mode, size }) => {
    const name = posix.basename(path)
    return isTemplate(path, '') && /^[^.].*\.ya?ml$/.test(name) && mode.startsWith('100') && size <= maxFileSize
  })
  const folders = Map.groupBy(usable, ({ path }) => posix.dirname(path))
  const read = [...folders.values()].flatMap(files => files.slice(0, maxTemplates))
  const texts = read.length === 0 ? new Map<string, string>() : await mirror.texts(read.map(({ blob }) => blob))
  const found = new Map(
    [...folders].map(([folder, files]) => {
      const templates = files.slice(0, maxTemplates).map(({ path, blob }) => {
        return { file: `${templatesFolder}/${posix.basename(path)}`, text: texts.get(blob) ?? '' }
      })
      const key = createHash('sha256').update(JSON.stringify(templates)).digest('hex')
      return [folder, { key, templates }] as const
    }),
  )
  return path => found.get(templatesFolderOf(path)) ?? none
}

const none = { key: '', templates: [] }
