import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TemplateText } from '../../pipeline/templates.ts'
import { isPipelineFile, maxFileSize } from './definition.ts'

/** The folder of the templates, beside the pipelines that use them. */
export const templatesFolder = 'templates'
/** No folder of templates has more files. */
export const maxTemplates = 200

/**
 * The template files beside the pipelines of a folder; none when there is no such folder. As pipelines: links are not
 * followed, and what is too large is not read.
 */
export async function templatesBeside(folder: string): Promise<TemplateText[]> {
  const directory = join(folder, templatesFolder)
  const found = await lstat(directory).catch(() => null)
  if (!found?.isDirectory()) return []
  const names = await readdir(directory).catch(() => [])
  const files = names.filter(isPipelineFile).sort().slice(0, maxTemplates)
  const texts = await Promise.all(files.map(file => readTemplateFile(join(directory, file))))
  return texts.flatMap((text, index) => (text === null ? [] : [{ file: `${templatesFolder}/${files[index]}`, text }]))
}

async function readTemplateFile(path: string): Promise<string | null> {
  const stat = await lstat(path).catch(() => null)
  if (!stat?.isFile() || stat.size > maxFileSize) return null
  return readFile(path, 'utf8').catch(() => null)
}
