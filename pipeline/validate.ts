import { unavailable } from './availability.ts'
import type { SourceDocument } from './document/document.ts'
import { readDocument } from './document/read.ts'
import type { ExpandedStage } from './expand-matrix.ts'
import { expandMatrices } from './expand-matrix.ts'
import type { ExpandedTemplates } from './expand-templates.ts'
import { expandTemplates } from './expand-templates.ts'
import { parameterFindings } from './parameters.ts'
import { planStages } from './plan.ts'
import type { Finding, Path, Problem } from './problem.ts'
import { jsonPointer, maxProblems } from './problem.ts'
import { canaryFindings } from './rules/canary.ts'
import { subscriptionFindings } from './rules/connections.ts'
import { deployFindings } from './rules/deploy.ts'
import { expressionFindings } from './rules/expressions.ts'
import { judgmentFindings } from './rules/judgment.ts'
import { releaseFindings } from './rules/release.ts'
import type { ServerView } from './rules/server.ts'
import { fourEyesFindings, serverFindings } from './rules/server.ts'
import { stageFindings } from './rules/stages.ts'
import { triggerFindings } from './rules/triggers.ts'
import type { Parsed } from './schema/parse.ts'
import { parse } from './schema/parse.ts'
import type { Pipeline, Stage } from './schema/pipeline.ts'
import { pipelineFrame } from './schema/pipeline.ts'
import { stage as stageSchema } from './schema/stage.ts'
import { isMap } from './schema/words.ts'
import type { TemplateText } from './templates.ts'
import { readTemplates } from './templates.ts'

export type { ServerView } from './rules/server.ts'

export type Validation = {
  /** What is allowed, but hardly meant. */
  notes: Problem[]
  /** What only a server knows, and was not checked; empty when a server's view was given. */
  unchecked: string[]
} & ({ pipeline: Pipeline; problems: [] } | { pipeline: null; problems: Problem[] })

/** What a pipeline is checked against, besides itself. */
export interface Surroundings {
  server?: ServerView | undefined
  /** The files of the folder `templates` beside it. */
  templates?: readonly TemplateText[]
}

/**
 * The whole check of a pipeline file, at save and at trigger time: syntax, grammar, graph, expressions, rules, and
 * (given a server's view) targets, services and providers. Any text is safe. All problems are told, in order of place,
 * at most `maxProblems`.
 */
export function validatePipeline(text: string, file: string, around: Surroundings = {}): Validation {
  const { server, templates = [] } = around
  const read = readDocument(text, file)
  if (read.document === null) return { pipeline: null, problems: read.problems, notes: [], unchecked: [] }
  const { document } = read
  if (isMap(document.value) && document.value.template !== undefined && document.value.name === undefined) {
    const finding: Finding = { path: ['template'], atKey: true, message: isTemplateFile }
    return { pipeline: null, problems: inOrder(document, [finding]), notes: [], unchecked: [] }
  }
  const { value, expanded } = withTemplates(document.value, templates)
  if (expanded.findings.length > 0) {
    // Without the stages of its templates nothing can be said about the rest.
    return { pipeline: null, problems: inOrder(document, expanded.findings), notes: [], unchecked: [] }
  }
  const frame = readFrame(value)
  const { faults, notes } = inspect({ value, given: expanded.given }, frame, server)
  const placed = (findings: readonly Finding[]) => inOrder(document, findings, expanded)
  const problems = placed(faults)
  const hookSources = frame.head.value?.triggers?.some(trigger => 'source' in trigger) ? ['hook sources'] : []
  const unchecked = server === undefined ? ['targets', 'services', 'metric providers', ...hookSources] : []
  const rest = { notes: placed(notes), unchecked }
  if (problems.length > 0) return { ...rest, pipeline: null, problems }
  return { ...rest, pipeline: { ...frame.head.value!, stages: frame.stages.map(stage => stage.value!) }, problems: [] }
}

const isTemplateFile = 'this file is a template; it is checked with the pipelines that use it'

function withTemplates(
  value: unknown,
  texts: readonly TemplateText[],
): { value: unknown; expanded: ExpandedTemplates } {
  const written = isMap(value) && Array.isArray(value.stages) ? value.stages : []
  const expanded = expandTemplates(written, readTemplates(texts))
  const uses = expanded.origins.some(({ from }) => from !== null)
  return { value: uses && isMap(value) ? { ...value, stages: expanded.stages } : value, expanded }
}

interface Frame {
  head: Parsed<Omit<Pipeline, 'stages'> & { stages: unknown[] }>
  /** As many as matrices make of what was written; a stage that does not fit is null. Empty when there is no usable list. */
  stages: Parsed<Stage>[]
  expanded: readonly ExpandedStage[]
  raw: readonly unknown[]
  findings: Finding[]
}

function readFrame(value: unknown): Frame {
  const head = parse(pipelineFrame, value)
  const raw = listOfStages(value, head)
  const { stages: expanded, findings } = expandMatrices(raw)
  return { head, raw, expanded, findings, stages: expanded.map(readStage) }
}

function readStage({ raw, index, id, needs, cell }: ExpandedStage): Parsed<Stage> {
  const read = parse(stageSchema, raw, ['stages', index])
  if (read.value === null || (id === null && needs === null)) return read
  const known = { ...(id === null ? {} : { id }), ...(needs === null ? {} : { needs: [...needs] }) }
  return { value: { ...read.value, ...known, ...(cell === null ? {} : { cell }) }, findings: [] }
}

function listOfStages(value: unknown, head: Frame['head']): readonly unknown[] {
  if (!isMap(value) || !Array.isArray(value.stages)) return []
  return head.findings.some(({ path }) => path.length === 1 && path[0] === 'stages') ? [] : value.stages
}

function inspect(
  { value, given }: { value: unknown; given: ExpandedTemplates['given'] },
  frame: Frame,
  server: ServerView | undefined,
): { faults: Finding[]; notes: Finding[] } {
  const notYet = unavailable(value)
  const grammar = [...frame.head.findings, ...frame.stages.flatMap(stage => stage.findings)]
  const { findings: graph } = planStages(frame.raw.map(asPlanned))
  const { plan } = planStages(frame.expanded.map(asExpanded))
  const stages = frame.stages.flatMap(({ value: stage }, position) => {
    const { index, raw } = frame.expanded[position]!
    return stage === null ? [] : [{ stage, index, rules: canaryRules(stage, raw) }]
  })
  const faults = [
    ...notYet,
    ...grammar.filter(finding => !notYet.some(other => covers(other.path, finding.path))),
    ...frame.findings,
    ...graph,
    ...(frame.head.value === null ? [] : headFindings(frame.head.value, server)),
    ...stages.flatMap(({ stage, index, rules }) => {
      const onServer = server === undefined ? [] : serverFindings(stage, server)
      const own = [
        ...releaseFindings(stage),
        ...judgmentFindings(stage),
        ...deployFindings(stage),
        ...stageFindings(stage, nameOf(value)),
      ]
      return within(index, [...own, ...rules.faults, ...onServer])
    }),
    ...(server === undefined ? [] : fourEyesFindings(stages, server)),
    ...(server === undefined ? [] : told(frame, server)),
    ...expressionFindings({ value, given, expanded: frame.expanded }, frame.head.findings, stages, plan),
  ]
  return { faults, notes: stages.flatMap(({ index, rules }) => within(index, rules.notes)) }
}

function headFindings(head: Omit<Pipeline, 'stages'>, server: ServerView | undefined): Finding[] {
  const declarations = parameterFindings(head)
  // Against declarations that do not hold, every value would be wrong.
  return declarations.length > 0 ? declarations : triggerFindings(head, server)
}

function nameOf(value: unknown): unknown {
  return isMap(value) ? value.name : undefined
}

function told({ head }: Frame, { connections = {} }: ServerView): Finding[] {
  const findings = subscriptionFindings(head.value?.notifications ?? [], connections)
  return findings.map(finding => ({ ...finding, path: ['notifications', ...finding.path] }))
}

function canaryRules(stage: Stage, raw: unknown): { faults: Finding[]; notes: Finding[] } {
  return stage.type === 'canary' ? canaryFindings(stage, raw) : { faults: [], notes: [] }
}

/** The graph is checked even when stages do not fit their grammar; what has no id gets one that nobody can write. */
function asPlanned(stage: unknown, index: number): { id: string; needs?: string[] } {
  const { id, needs } = isMap(stage) ? stage : {}
  const planned = { id: typeof id === 'string' ? id : `\u0000${index}` }
  return Array.isArray(needs) ? { ...planned, needs: needs.map(need => String(need)) } : planned
}

function asExpanded({ raw, id, needs }: ExpandedStage, index: number): { id: string; needs?: readonly string[] } {
  const written = asPlanned(raw, index)
  return { ...written, ...(id === null ? {} : { id }), ...(needs === null ? {} : { needs }) }
}

function covers(outer: Path, inner: Path): boolean {
  return outer.every((part, index) => part === inner[index])
}

function within(index: number, findings: readonly Finding[]): Finding[] {
  return findings.map(finding => ({ ...finding, path: ['stages', index, ...finding.path] }))
}

/** One problem a place (the first one found is the most basic), in the order of the file. */
function inOrder(document: SourceDocument, findings: readonly Finding[], expanded?: ExpandedTemplates): Problem[] {
  const first = new Map<string, Finding>()
  for (const finding of findings) {
    const place = `${jsonPointer(finding.path)} ${finding.offset ?? ''}`
    if (!first.has(place)) first.set(place, finding)
  }
  return [...first.values()]
    .map(finding => document.problem(expanded === undefined ? finding : asWritten(finding, expanded)))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .slice(0, maxProblems)
}

/** What is wrong with a stage of a template is shown where the template is used. */
function asWritten(finding: Finding, { origins }: ExpandedTemplates): Finding {
  const [root, position, ...inside] = finding.path
  const origin = root === 'stages' && typeof position === 'number' ? origins[position] : undefined
  if (origin === undefined) return finding
  if (origin.from === null || inside[0] === 'with') return { ...finding, path: ['stages', origin.index, ...inside] }
  const { template, stage } = origin.from
  const message = `in template ${template}, stage "${stage}": ${finding.message}`
  return { path: ['stages', origin.index, 'template'], message }
}
