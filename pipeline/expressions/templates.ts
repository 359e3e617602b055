import type { Path } from '../problem.ts'
import type { Stage } from '../schema/stage.ts'
import { queryTemplates, type StageTemplate } from './query-templates.ts'
import { stageTexts } from './stage-texts.ts'

export type { StageTemplate } from './query-templates.ts'

/**
 * Text with `${{ expression }}` in it, taken apart without evaluating anything. No CEL here: workflows import this file.
 *
 * `$${{` is a literal `${{`. An expression ends at the first `}}` that is not inside a CEL string, comment, list, map or
 * parenthesis.
 */
export type TemplatePart =
  | { kind: 'text'; text: string }
  /** `start` and `expressionStart` count characters into the template; `source` is the expression, untrimmed. */
  | { kind: 'expression'; source: string; start: number; expressionStart: number }

export class TemplateError extends Error {
  /** Characters into the template. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'TemplateError'
    this.offset = offset
  }
}

const opening = '${{'
const closing = '}}'
const mostExpressions = 100

/** Throws `TemplateError` when an expression is not closed. */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let text = ''
  let position = 0
  for (;;) {
    const start = template.indexOf(opening, position)
    if (start === -1) break
    if (start > position && template[start - 1] === '$') {
      text += template.slice(position, start - 1) + opening
      position = start + opening.length
      continue
    }
    text += template.slice(position, start)
    if (text !== '') parts.push({ kind: 'text', text })
    text = ''
    const expressionStart = start + opening.length
    const end = endOfExpression(template, expressionStart)
    if (end === null) throw new TemplateError('the expression is not closed: "}}" is missing', start)
    parts.push({ kind: 'expression', source: template.slice(expressionStart, end), start, expressionStart })
    if (parts.length > 2 * mostExpressions) throw new TemplateError('too many expressions in one text', start)
    position = end + closing.length
  }
  text += template.slice(position)
  if (text !== '' || parts.length === 0) parts.push({ kind: 'text', text })
  return parts
}

/** Cheap: true also for text whose `${{` is escaped. */
export function mayHoldTemplate(text: string): boolean {
  return text.includes(opening)
}

/** Whether `resolveStage` has anything to do, so that a workflow can spare the activity; `when` is looked at apart. */
export function hasTemplates(stage: Stage): boolean {
  return stageTemplates(stage).some(({ text, takes }) => atStart(takes) && mayHoldTemplate(text))
}

/** The others are evaluated elsewhere: a condition before the stage starts, a query at every look. */
function atStart(takes: StageTemplate['takes']): boolean {
  return takes === 'text' || takes === 'release'
}

/** Every place of a stage that may hold an expression. */
export function stageTemplates(stage: Stage): StageTemplate[] {
  const found: StageTemplate[] = []
  if (stage.when !== undefined) found.push({ path: ['when'], text: stage.when, takes: 'condition' })
  found.push(...stageTexts(stage))
  if ('release' in stage) found.push(...releaseTemplates(stage.release))
  if ('analysis' in stage) found.push(...queryTemplates(stage.analysis.metrics))
  return found
}

function releaseTemplates(release: Extract<Stage, { release: unknown }>['release']): StageTemplate[] {
  if (typeof release === 'string') return [{ path: ['release'], text: release, takes: 'release' }]
  const text = (path: Path, value: string): StageTemplate => ({
    path: ['release', ...path],
    text: value,
    takes: 'text',
  })
  const found = [text(['version'], release.version)]
  if (release.image !== undefined) found.push(text(['image'], release.image))
  if (release.digest !== undefined) found.push(text(['digest'], release.digest))
  for (const [index, word] of (release.command ?? []).entries()) found.push(text(['command', index], word))
  for (const [key, value] of Object.entries(release.env ?? {})) found.push(text(['env', key], value))
  return found
}

/** Position of the closing `}}`, or null. */
function endOfExpression(template: string, from: number): number | null {
  let depth = 0
  let position = from
  while (position < template.length) {
    const character = template[position]!
    if (depth === 0 && template.startsWith(closing, position)) return position
    if (character === '"' || character === "'") {
      position = endOfString(template, position)
      continue
    }
    if (character === '/' && template[position + 1] === '/') {
      const newline = template.indexOf('\n', position)
      position = newline === -1 ? template.length : newline
      continue
    }
    if ('({['.includes(character)) depth++
    if (')}]'.includes(character) && depth > 0) depth--
    position++
  }
  return null
}

/** CEL strings: one or three quotes; backslash escapes, except after an `r`. */
function endOfString(template: string, start: number): number {
  const quote = template[start]!
  const delimiter = template.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  const raw = /[rR]/.test(template[start - 1] ?? '')
  let position = start + delimiter.length
  while (position < template.length) {
    if (template.startsWith(delimiter, position)) return position + delimiter.length
    position += template[position] === '\\' && !raw ? 2 : 1
  }
  return template.length
}
