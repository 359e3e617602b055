import { fillStage, type Given } from './fill-template.ts'
import { givenParameters } from './given-parameters.ts'
import type { Finding } from './problem.ts'
import { parse } from './schema/parse.ts'
import { type TemplateFile, type TemplateUse, templateUse } from './schema/template.ts'
import { isMap } from './schema/words.ts'
import { didYouMean } from './suggest.ts'
import type { Templates } from './templates.ts'

/** Where a stage of the expanded list was written. */
export interface Origin {
  /** Position in the pipeline. */
  index: number
  /** The template it comes from, and its id there; null: written in the pipeline. */
  from: { template: string; stage: string } | null
}

export interface ExpandedTemplates {
  stages: unknown[]
  /** As many as stages. */
  origins: Origin[]
  /** Expressions that were given to parameters, to be checked against their types. */
  given: readonly GivenExpression[]
  findings: Finding[]
}

export interface GivenExpression {
  path: readonly (string | number)[]
  text: string
  parameter: string
  type: 'string' | 'number' | 'boolean'
  /** A stage that reads it. */
  stage: string
}

/**
 * Puts the stages of templates where a pipeline uses them: `ID-STAGE`, parameters filled in, `needs` rewired. Paths of
 * findings are of the pipeline as written; when there are any, the stages are not complete.
 */
export function expandTemplates(stages: readonly unknown[], templates: Templates): ExpandedTemplates {
  const read = stages.map((raw, index) => (isUse(raw) ? readUse(raw, index, templates) : null))
  const ends = new Map(read.flatMap(use => (use?.value ? [[use.value.use.id, endsOf(use.value)] as const] : [])))
  const expanded: ExpandedTemplates = {
    stages: [],
    origins: [],
    given: read.flatMap(use => use?.value?.given ?? []),
    findings: [...read.flatMap(use => use?.findings ?? []), ...doubledIds(stages, ends)],
  }
  stages.forEach((raw, index) => {
    const use = read[index]?.value ?? null
    const needs = needsOf(stages, index, ends)
    if (use === null) {
      expanded.stages.push(isMap(raw) && needs !== undefined ? { ...raw, needs } : raw)
      expanded.origins.push({ index, from: null })
      return
    }
    for (const stage of stagesOf(use, needs, stages, index)) {
      expanded.stages.push(stage.raw)
      expanded.origins.push({ index, from: { template: use.use.template, stage: stage.id } })
      expanded.findings.push(...stage.findings)
    }
  })
  return expanded
}

interface Use {
  use: TemplateUse
  template: TemplateFile
  values: Given
  given: GivenExpression[]
}

type Read = { value: Use; findings: [] } | { value: null; findings: Finding[] }

function isUse(raw: unknown): raw is Record<string, unknown> {
  return isMap(raw) && raw.template !== undefined
}

function readUse(raw: Record<string, unknown>, index: number, { known, nameless }: Templates): Read {
  const base = ['stages', index]
  const { value: use, findings } = parse(templateUse, raw, base)
  if (use === null) return { value: null, findings }
  const template = known.get(use.template)
  const refuse = (message: string): Read => ({ value: null, findings: [{ path: [...base, 'template'], message }] })
  if (template === undefined) {
    const names = [...known.keys()]
    const listed = names.length === 0 ? 'there is none' : `known are ${names.join(', ')}`
    const unread = nameless.length === 0 ? '' : `; not read: ${nameless.join('; ')}`
    const where = 'templates are files of the folder "templates" beside the pipeline'
    return refuse(
      `there is no template "${use.template}"${didYouMean(use.template, names)}; ${listed}; ${where}${unread}`,
    )
  }
  if (typeof template === 'string') return refuse(`the template ${use.template} cannot be used: ${template}`)
  const { values, given, findings: faults } = givenParameters(use, template.parameters)
  if (faults.length > 0)
    return { value: null, findings: faults.map(fault => ({ ...fault, path: [...base, ...fault.path] })) }
  const stage = stageIds(template)[0]!
  return {
    value: {
      use,
      template,
      values,
      given: given.map(one => ({ ...one, path: [...base, ...one.path], stage: `${use.id}-${stage}` })),
    },
    findings: [],
  }
}

function stageIds({ stages }: TemplateFile): string[] {
  return stages.map(stage => String((stage as { id: string }).id))
}

function needsInside(stage: unknown): string[] | null {
  return isMap(stage) && Array.isArray(stage.needs) ? stage.needs.map(String) : null
}

/** The stages of a template that no other one of it needs. */
function endsOf({ use, template }: Use): string[] {
  const ids = stageIds(template)
  const needed = new Set(
    template.stages.flatMap((stage, index) => needsInside(stage) ?? (index === 0 ? [] : [ids[index - 1]!])),
  )
  return ids.filter(id => !needed.has(id)).map(id => `${use.id}-${id}`)
}

/** Two entries of one name could not be told apart in `needs`. */
function doubledIds(stages: readonly unknown[], ends: ReadonlyMap<string, unknown>): Finding[] {
  const ids = stages.map(stage => (isMap(stage) ? stage.id : null))
  return ids.flatMap((id, index) =>
    typeof id === 'string' && ends.has(id) && ids.indexOf(id) < index
      ? [{ path: ['stages', index, 'id'], message: `stage "${id}" is there twice` }]
      : [],
  )
}

/** What an entry needs; undefined when it says nothing and follows no template. What is not a use is left as written. */
function needsOf(
  stages: readonly unknown[],
  index: number,
  ends: ReadonlyMap<string, string[]>,
): readonly unknown[] | undefined {
  const stage = stages[index]
  if (isMap(stage) && Array.isArray(stage.needs)) return stage.needs.flatMap(id => ends.get(id) ?? [id])
  if (isMap(stage) && stage.needs !== undefined) return undefined
  const above = stages[index - 1]
  return isUse(above) ? ends.get(String(above.id)) : undefined
}

function stagesOf(use: Use, needs: readonly unknown[] | undefined, stages: readonly unknown[], index: number) {
  const ids = stageIds(use.template)
  const above = stages[index - 1]
  const first = needs ?? (isMap(above) && typeof above.id === 'string' ? [above.id] : [])
  return use.template.stages.map((stage, position) => {
    const raw = stage as Record<string, unknown>
    const id = ids[position]!
    const { value, faults } = fillStage(raw, { ...use, prefix: use.use.id, ids })
    const inside = needsInside(raw)
    const starts = inside === null ? position === 0 : inside.length === 0
    const own = inside?.map(need => `${use.use.id}-${need}`)
    const name = `in template ${use.use.template}, stage "${id}"`
    const unknown = (inside ?? [])
      .filter(need => !ids.includes(need))
      .map(need => `it needs "${need}", which is no stage of the template`)
    return {
      id,
      raw: {
        ...(value as Record<string, unknown>),
        id: `${use.use.id}-${id}`,
        ...(typeof raw.group === 'string' ? { group: `${use.use.id}-${raw.group}` } : {}),
        ...(starts ? { needs: first } : own === undefined ? {} : { needs: own }),
      },
      findings: [...unknown, ...faults].map(fault => ({
        path: ['stages', index, 'template'],
        message: `${name}: ${fault}`,
      })),
    }
  })
}
