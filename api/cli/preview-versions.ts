import { dirname, posix } from 'node:path'
import { comparePipelines } from '../../pipeline/compare.ts'
import { readDocument } from '../../pipeline/document/read.ts'
import type { ParameterValue } from '../../pipeline/execution.ts'
import type { Problem } from '../../pipeline/problem.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { TemplateText } from '../../pipeline/templates.ts'
import { type ServerView, validatePipeline } from '../../pipeline/validate.ts'
import type { Client } from '../client/client.ts'
import type { Preview } from '../contract/preview.ts'
import { statedName } from '../definitions/definition.ts'
import { isTemplate, templatesFolderOf } from '../definitions/repository-templates.ts'
import { templatesBeside, templatesFolder } from '../definitions/templates-beside.ts'
import type { Checkout } from './checkout.ts'
import { parameterPair } from './parameter-option.ts'
import type { TextFile } from './text-files.ts'

/** What is said of one pipeline; with `-o json` a list of these is the data. */
export interface Previewed {
  /** Null when the file is gone. */
  file: string | null
  name: string | null
  valid: boolean
  problems: Problem[]
  notes: Problem[]
  /** Null when it is not valid. */
  preview: Preview | null
}

export interface PreviewOptions {
  simulate: boolean
  /** `key=value`. */
  parameter: readonly string[]
  /** What targets and the like are checked against; undefined: they are not. */
  server: ServerView | undefined
}

interface Version {
  file: string
  pipeline: Pipeline
  text: string
}

/** Every pipeline that is there now against the one of its name at the base, in whichever file that was. */
export async function previewCheckout(
  files: readonly TextFile[],
  { base, before }: { base: Checkout['base']; before: ReadonlyMap<string, string> },
  options: PreviewOptions,
): Promise<Previewed[]> {
  const earlier = new Map<string, Version>()
  for (const [name, text] of before) {
    // What was not valid then was not in force, so there is nothing to compare with.
    const { pipeline } = isTemplate(name, '')
      ? { pipeline: null }
      : validatePipeline(text, name, { templates: templatesAmong(before, name) })
    if (pipeline !== null) earlier.set(pipeline.name, { file: name, pipeline, text })
  }
  const told: Previewed[] = []
  for (const file of files) {
    const checked = await check(file, options.server)
    if (checked.pipeline === null) {
      // It is still there, if not valid.
      const name = statedName(file.text ?? '')
      for (const [own, { file: was }] of earlier) if (own === name || was === file.name) earlier.delete(own)
      told.push({ ...checked.told, preview: null })
      continue
    }
    const after = { file: file.name, pipeline: checked.pipeline, text: file.text! }
    const was = earlier.get(after.pipeline.name) ?? null
    earlier.delete(after.pipeline.name)
    told.push({ ...checked.told, preview: await preview(was && base, was, after, options) })
  }
  const gone = [...earlier.values()].map(version => removed(base, version))
  return [...told, ...gone]
}

/** Every file against what is in force on the server under its name. */
export async function previewInForce(
  files: readonly TextFile[],
  client: Client,
  options: PreviewOptions,
): Promise<Previewed[]> {
  const told: Previewed[] = []
  for (const file of files) {
    const { pipeline, told: here } = await check(file, undefined)
    if (file.text === null || pipeline === null) {
      told.push({ ...here, preview: null })
      continue
    }
    const parameters = values(pipeline, options.parameter)
    const templates = await templatesBeside(dirname(file.name))
    const body = { text: file.text, templates, simulate: options.simulate, parameters }
    const { valid, name, problems, notes, preview } = await client.validatePipeline({ body })
    const placed = (all: typeof problems): Problem[] =>
      all.map(({ line, column, ...rest }) => ({ ...rest, file: file.name, line: line ?? 1, column: column ?? 1 }))
    told.push({ file: file.name, name, valid, problems: placed(problems), notes: placed(notes), preview })
  }
  return told
}

/** The templates beside a file of the base. */
function templatesAmong(files: ReadonlyMap<string, string>, file: string): TemplateText[] {
  const folder = templatesFolderOf(file)
  const beside = [...files].filter(([path]) => posix.dirname(path) === folder)
  return beside.map(([path, text]) => ({ file: `${templatesFolder}/${posix.basename(path)}`, text }))
}

async function check({ name: file, text }: TextFile, server: ServerView | undefined) {
  if (text === null) {
    const problems = [{ file, line: 1, column: 1, pointer: '', message: 'this is not UTF-8 text' }]
    return { pipeline: null, told: { file, name: null, valid: false, problems, notes: [] } }
  }
  const { pipeline, problems, notes } = validatePipeline(text, file, {
    server,
    templates: await templatesBeside(dirname(file)),
  })
  return { pipeline, told: { file, name: pipeline?.name ?? null, valid: pipeline !== null, problems, notes } }
}

async function preview(
  base: string | null,
  before: Version | null,
  after: Version,
  { simulate, parameter }: PreviewOptions,
): Promise<Preview> {
  const changes = comparePipelines(before && written(before), written(after))
  if (!simulate || changes.length === 0) return { base, changes, simulations: null, notSimulated: null }
  const { compareSimulated } = await import('../main/simulate/compare.ts')
  const versions = { before: before?.pipeline ?? null, after: after.pipeline }
  const parameters = values(after.pipeline, parameter)
  return { base, changes, ...(await compareSimulated({ ...versions, parameters })) }
}

function removed(base: string, version: Version): Previewed {
  const changes = comparePipelines(written(version), null)
  const preview = { base, changes, simulations: null, notSimulated: null }
  return { file: null, name: version.pipeline.name, valid: true, problems: [], notes: [], preview }
}

function written({ pipeline, text }: Version) {
  return { pipeline, written: readDocument(text, '').document?.value }
}

/** Of several pipelines each takes what it knows. */
function values({ parameters = {} }: Pipeline, given: readonly string[]): Record<string, ParameterValue> {
  const pairs = given.map(text => parameterPair(text, parameters))
  return Object.fromEntries(pairs.filter(([key]) => Object.hasOwn(parameters, key)))
}
