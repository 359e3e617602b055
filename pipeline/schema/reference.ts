import { notAvailableYet } from '../availability.ts'
import { limits } from '../document/guard.ts'
import { functions } from '../expressions/language.ts'
import { executionFields, releaseFields, stageOutputs, triggerFields } from '../expressions/outputs.ts'
import { queryVariables, selectorLabels } from '../expressions/query.ts'
import type { JsonSchema } from './json-schema.ts'
import { branchesOf, configurationJsonSchema, pipelineJsonSchema, templateJsonSchema } from './json-schema.ts'

/** `docs/reference.md`: every key of pipelines and of the server's configuration, from the schemas. */
export function referenceMarkdown(): string {
  return `${[
    '# Reference',
    'Written by `npx node pipeline/schema/generate.ts` from the schemas in `pipeline/schema/`; a test fails when it is stale.',
    'Editors check pipeline files when their first line is `# yaml-language-server: $schema=PATH/pipeline.schema.json`.',
    ...pipelineChapter(),
    ...templateChapter(),
    ...expressionChapter(),
    ...availabilityChapter(),
    ...configurationChapter(),
  ].join('\n\n')}\n`
}

function pipelineChapter(): string[] {
  const schema = pipelineJsonSchema()
  const limit = `A file holds one pipeline: YAML 1.2 without anchors, aliases, tags and merge keys; at most ${limits.bytes / 1024} KB, ${limits.depth} levels and ${limits.values} keys and values.`
  return ['## Pipeline', limit, ...onceEach(sections(schema, ''))]
}

function templateChapter(): string[] {
  const meant =
    'Stages for several pipelines: a file of the folder `templates` beside them, used as `template: NAME@VERSION`.'
  return ['## Template', meant, ...onceEach(sections(templateJsonSchema(), ''))]
}

function configurationChapter(): string[] {
  return [
    '## Server configuration',
    '`slipway.yaml`, without secrets.',
    ...onceEach(sections(configurationJsonSchema(), '')),
  ]
}

/** What several stages have in common is told where it comes first. */
function onceEach(all: readonly Section[]): string[] {
  const told = new Set<string>()
  return all.flatMap(({ heading, text }) => {
    const section = `${heading ?? ''}\n${text}`
    if (told.has(section)) return []
    told.add(section)
    return heading === null ? [text] : [heading, text]
  })
}

interface Section {
  heading: string | null
  text: string
}

/** A table of the keys of a map, then a section for every map inside it. */
function sections(schema: JsonSchema, path: string): Section[] {
  return branchesOf(schema).flatMap(branch => {
    if (branch.properties === undefined) return []
    const inner = Object.entries(branch.properties).flatMap(([key, value]) =>
      innerSections(value, path === '' ? key : `${path}.${key}`),
    )
    const meant = path !== '' && branch.description !== undefined ? `${branch.description}\n\n` : ''
    return [{ heading: headline(branch, path), text: meant + table(branch) }, ...inner]
  })
}

function innerSections(schema: JsonSchema, path: string): Section[] {
  return branchesOf(schema).flatMap(branch => {
    if (branch.items !== undefined) return sections(branch.items, `${path}[]`)
    if (typeof branch.additionalProperties === 'object')
      return innerSections(branch.additionalProperties, `${path}.NAME`)
    return sections(branch, path)
  })
}

function headline({ properties = {} }: JsonSchema, path: string): string | null {
  if (path === '') return null
  const told = ['type', 'kind', 'preset'].find(key => properties[key]?.const !== undefined)
  const which = told === undefined ? '' : ` (\`${told}: ${String(properties[told]!.const)}\`)`
  return `### \`${path}\`${which}`
}

function table({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([key, schema]) => {
    const standard = standardOf(schema, required.includes(key))
    return `| \`${key}\` | ${takes(schema)} | ${standard} | ${cell(schema.description ?? '')} |`
  })
  return ['| key | takes | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function standardOf(schema: JsonSchema, isRequired: boolean): string {
  if (schema.default !== undefined) return `\`${cell(JSON.stringify(schema.default))}\``
  return isRequired ? 'required' : '–'
}

function takes(schema: JsonSchema): string {
  const branches = branchesOf(schema)
  if (branches.length > 1) return [...new Set(branches.map(takes))].join(' or ')
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${String(value)}\``).join(' ')
  if (schema.title !== undefined) return schema.title === 'template' ? 'text or expressions' : schema.title
  if (schema.items !== undefined) return `list of ${listed(schema.items)}`
  if (schema.type === 'number' || schema.type === 'integer')
    return `${schema.type === 'integer' ? 'whole number' : 'number'}${range(schema)}`
  return typeWords[schema.type ?? ''] ?? 'anything'
}

function listed(items: JsonSchema): string {
  const isMap = branchesOf(items).every(branch => branch.properties !== undefined)
  return isMap ? 'maps' : takes(items)
}

const typeWords: Readonly<Record<string, string>> = { string: 'text', boolean: '`true` `false`', object: 'map' }

function range({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const low = minimum ?? exclusiveMinimum
  const isHuge = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
  if (low === undefined && isHuge) return ''
  if (isHuge) return exclusiveMinimum === undefined ? `, ${low} or more` : `, more than ${low}`
  return `, ${low ?? ''} to ${maximum}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function expressionChapter(): string[] {
  const fields = (all: Readonly<Record<string, string>>) => {
    const names = Object.keys(all)
    return names.length === 0 ? 'nothing' : names.map(name => `\`${name}\``).join(' ')
  }
  const outputs = Object.entries(stageOutputs).map(([type, all]) => `| \`stages.ID\` of a ${type} | ${fields(all)} |`)
  return [
    '## Expressions',
    'CEL in `${{ }}`: typed, pure, without regular expressions, clocks and files. A text that is one whole expression keeps its type; in any other text the value becomes text, and only text, numbers and booleans may. `$${{` is a literal `${{`. A failing expression fails the stage.',
    "Inside `{ }` and `[ ]` of YAML a text with an expression must be in quotes. A stage id with a dash is read as `stages['us-canary']`. Only stages that come before may be read.",
    [
      '| read | fields |',
      '|---|---|',
      '| `parameters` | the declared ones |',
      `| \`trigger\` | ${fields(triggerFields)} |`,
      `| \`execution\` | ${fields(executionFields)} |`,
      ...outputs,
      `| a \`release\` | ${fields(releaseFields)} |`,
    ].join('\n'),
    `Functions: ${Object.keys(functions)
      .map(name => `\`${name}\``)
      .join(' ')}. What an expression could cost is bounded before it runs.`,
    `Metric queries know only ${queryVariables.map(name => `\`${name}\``).join(', ')}. \`selector\` becomes label matchers (${selectorLabels.map(name => `\`${name}\``).join(', ')}), every value escaped.`,
  ]
}

function availabilityChapter(): string[] {
  const rows = notAvailableYet.map(({ at, values }) => {
    const which = values?.map(value => `\`${value}\``).join(' ') ?? 'all'
    return `| \`${at.replaceAll('.*', '[]')}\` | ${which} |`
  })
  return [
    '## Not available yet',
    'Known, and refused with the place where it is used.',
    ['| key | values |', '|---|---|', ...rows].join('\n'),
  ]
}
