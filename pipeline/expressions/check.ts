import type { Environment } from '@marcbachmann/cel-js'
import type { GivenExpression } from '../expand-templates.ts'
import type { Finding, Path } from '../problem.ts'
import type { Parameter } from '../schema/pipeline.ts'
import type { Stage, StageType } from '../schema/stage.ts'
import { didYouMean } from '../suggest.ts'
import { asExpressionError, ExpressionError, typeName } from './errors.ts'
import type { Expression, Reference } from './language.ts'
import { baseEnvironment, readExpression } from './language.ts'
import type { FieldType } from './outputs.ts'
import { executionFields, stageOutputs, triggerFields } from './outputs.ts'
import { queryEnvironment, queryVariables } from './query.ts'
import { stageVariable, withStageVariables } from './scope.ts'
import type { StageTemplate, TemplatePart } from './templates.ts'
import { mayHoldTemplate, parseTemplate, stageTemplates, TemplateError } from './templates.ts'

/** What the expressions of a pipeline are checked against. Stages that could not be read have no type. */
export interface ExpressionScope {
  parameters: Readonly<Record<string, Pick<Parameter, 'type'>>>
  stages: readonly StageScope[]
  /** What comes before each stage; null when the graph is broken, then order is not checked. */
  before: Readonly<Record<string, readonly string[]>> | null
}

export interface StageScope {
  id: string
  type: StageType | null
  /** Of a judgment: the types of what people are asked for. */
  inputs?: Readonly<Record<string, 'text' | 'number' | 'choice'>>
}

/** Everything wrong with the expressions of one stage, without running them; paths are inside the stage. */
export type StageCheck = (stage: Stage) => Finding[]

/** Prepares the types once for all stages of a pipeline. */
export function expressionChecker(scope: ExpressionScope): StageCheck {
  const environment = typedEnvironment(scope)
  return stage =>
    stageTemplates(stage).flatMap(template => {
      if (!mayHoldTemplate(template.text)) return plainFindings(template)
      return templateFindings(template, { scope, environment, stage: stage.id, matrix: stage.cell?.values ?? null })
    })
}

/** What is wrong with an expression that is given to a parameter of a template, its type included. */
export function givenChecker(
  scope: ExpressionScope,
  { text, parameter, type, stage, path }: GivenExpression,
): Finding[] {
  const checking = { scope, environment: typedEnvironment(scope), stage, matrix: null }
  const template: StageTemplate = { path, text, takes: 'text' }
  return parseTemplate(text).flatMap(part => {
    if (part.kind === 'text') return []
    const found = expressionFinding(part.source, 'scalar', checking)
    if (found !== null) return [located(found, part.expressionStart, template.path)]
    const expression = readExpression(part.source)
    const given = checking.environment.check(withStageVariables(expression, idsOf(scope))).type ?? 'dyn'
    if (given === 'dyn' || given === celTypes[type] || (type === 'number' && given === 'int')) return []
    return [{ path, message: `parameter "${parameter}" is a ${type}, but the expression gives ${article(given)}` }]
  })
}

interface Checking {
  scope: ExpressionScope
  environment: Environment
  stage: string
  /** Values of its matrix; null without one. */
  matrix: Readonly<Record<string, unknown>> | null
}

const celTypes = { string: 'string', number: 'double', boolean: 'bool' } as const

const scalars: readonly string[] = ['string', 'double', 'int', 'bool', 'dyn']

/** All types that no pipeline changes. */
const fixedTypes = withFixedTypes(baseEnvironment.clone())

function withFixedTypes(environment: Environment): Environment {
  for (const type of Object.keys(stageOutputs) as StageType[]) {
    environment.registerType(outputsType(type), { fields: stageOutputs[type] })
  }
  return environment
    .registerType('Trigger', { fields: triggerFields })
    .registerType('Execution', { fields: executionFields })
    .registerVariable('trigger', 'Trigger')
    .registerVariable('execution', 'Execution')
    .registerVariable('matrix', 'map')
}

function typedEnvironment({ parameters, stages }: ExpressionScope): Environment {
  const fields = Object.fromEntries(Object.entries(parameters).map(([name, { type }]) => [name, celTypes[type]]))
  const environment = fixedTypes
    .clone()
    .registerType('Parameters', { fields })
    .registerVariable('parameters', 'Parameters')
  for (const [index, { type, inputs }] of stages.entries()) {
    const outputs = type === null ? 'map' : outputsType(type)
    environment.registerVariable(stageVariable(index), inputs ? answersType(environment, index, inputs) : outputs)
  }
  return environment
}

const inputTypes = { text: 'string', number: 'double', choice: 'string' } as const

/** The outputs of a judgment, with the inputs that this one asks for. */
function answersType(environment: Environment, index: number, inputs: NonNullable<StageScope['inputs']>): string {
  const fields = Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, inputTypes[type]]))
  environment
    .registerType(`Inputs_${index}`, { fields })
    .registerType(`Answers_${index}`, { fields: { ...stageOutputs.judgment, inputs: `Inputs_${index}` } })
  return `Answers_${index}`
}

function outputsType(type: StageType): string {
  return `Outputs_${type}`
}

function plainFindings({ takes, path }: StageTemplate): Finding[] {
  if (takes !== 'condition') return []
  return [{ path, message: 'a condition must be one expression, such as ${{ parameters.version != "" }}' }]
}

function templateFindings(template: StageTemplate, checking: Checking): Finding[] {
  const { path, text, takes } = template
  let parts: TemplatePart[]
  try {
    parts = parseTemplate(text)
  } catch (error) {
    if (error instanceof TemplateError) return [{ path, offset: error.offset, message: error.message }]
    throw error
  }
  const whole = parts.length === 1 && parts[0]!.kind === 'expression'
  if (!whole && takes === 'condition') return plainFindings(template)
  if (!whole && takes === 'release') return [{ path, message: wrongRelease('text') }]
  return parts.flatMap(part => {
    if (part.kind === 'text') return []
    const finding = expressionFinding(part.source, whole ? takes : inText(takes), checking)
    return finding === null ? [] : [located(finding, part.expressionStart, path)]
  })
}

type Place = StageTemplate['takes'] | 'scalar'

function inText(takes: StageTemplate['takes']): Place {
  return takes === 'text' ? 'scalar' : takes
}

function located({ reason, offset }: ExpressionError, start: number, path: Path): Finding {
  return { path, offset: start + offset, message: `in the expression: ${reason}` }
}

function expressionFinding(source: string, place: Place, checking: Checking): ExpressionError | null {
  try {
    const expression = readExpression(source)
    if (place === 'query') checkQuery(expression)
    else checkType(expression, place, checking)
    return null
  } catch (error) {
    return asExpressionError(source, error)
  }
}

function checkQuery(expression: Expression): void {
  for (const { root, start } of expression.references) {
    if (queryVariables.some(variable => variable === root)) continue
    const known = queryVariables.join(', ')
    const message = `a metric query knows only ${known}, not "${root}"${didYouMean(root, queryVariables)}`
    throw new ExpressionError(expression.source, message, start)
  }
  const { valid, error } = queryEnvironment.check(expression.source)
  if (!valid) throw asExpressionError(expression.source, error)
}

function checkType(expression: Expression, place: Exclude<Place, 'query'>, checking: Checking): void {
  for (const reference of expression.references) checkReference(expression, reference, checking)
  const ids = checking.scope.stages.map(stage => stage.id)
  const { valid, type = '', error } = checking.environment.check(withStageVariables(expression, ids))
  if (!valid) throw explained(asExpressionError(expression.source, error), expression, checking)
  const start = expression.source.search(/\S/)
  const refuse = (reason: string) => new ExpressionError(expression.source, reason, start)
  if (place === 'text' && type !== 'string' && type !== 'dyn') {
    const help = scalars.includes(type) ? '; write string(...)' : ''
    throw refuse(`this place takes text, but the expression gives ${article(type)}${help}`)
  }
  if (place === 'scalar' && !scalars.includes(type)) {
    throw refuse(`only text, numbers and booleans can be put into text, not ${article(type)}`)
  }
  if (place === 'release' && !['Release', 'dyn', 'map'].includes(type) && !type.startsWith('map<')) {
    throw refuse(wrongRelease(article(type)))
  }
  if (place === 'condition' && type !== 'bool' && type !== 'dyn') {
    throw refuse(`a condition must give true or false, but this gives ${article(type)}`)
  }
}

function checkReference(expression: Expression, reference: Reference, { scope, stage, matrix }: Checking): void {
  const { root, key, start, keyStart } = reference
  const refuse = (reason: string, at = keyStart) => new ExpressionError(expression.source, reason, at)
  switch (root) {
    case 'parameters':
      checkKey(reference, Object.keys(scope.parameters), 'parameter', expression)
      return
    case 'trigger':
      checkKey(reference, Object.keys(triggerFields), 'field of trigger', expression)
      return
    case 'execution':
      checkKey(reference, Object.keys(executionFields), 'field of execution', expression)
      return
    case 'matrix':
      if (matrix === null) throw refuse(`stage "${stage}" has no matrix`, start)
      checkKey(reference, Object.keys(matrix), 'value of the matrix', expression)
      return
    case 'stages': {
      const cells = scope.stages.filter(({ id }) => id.startsWith(`${key}[`)).map(({ id }) => id)
      if (cells.length > 0 && !idsOf(scope).includes(key ?? ''))
        throw refuse(`stage "${key}" has a matrix; read one of its stages, such as stages['${cells[0]}']`)
      checkKey(reference, idsOf(scope), 'stage', expression)
      if (key === stage) throw refuse(`stage "${stage}" cannot use its own outputs`)
      if (scope.before === null || scope.before[stage]?.includes(key!) !== false) return
      throw refuse(`stage "${key}" does not come before "${stage}"; add it to needs`)
    }
    default: {
      const roots = ['parameters', 'trigger', 'execution', 'stages']
      if ((queryVariables as readonly string[]).includes(root)) {
        throw refuse(`"${root}" is known in metric queries only`, start)
      }
      throw refuse(`nothing is called "${root}"${didYouMean(root, roots)}; there are ${roots.join(', ')}`, start)
    }
  }
}

function checkKey({ root, key, keyStart }: Reference, known: readonly string[], what: string, { source }: Expression) {
  if (key === null) throw new ExpressionError(source, `write out which ${what}, such as ${root}.name`, keyStart)
  if (known.includes(key)) return
  const listed = known.length === 0 ? 'there is none' : `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`
  throw new ExpressionError(source, `there is no ${what} "${key}"${didYouMean(key, known)}; ${listed}`, keyStart)
}

/** The library names a missing field only; we know what there is. */
function explained(error: ExpressionError, { source, references }: Expression, { scope }: Checking): ExpressionError {
  const [, field] = /^there is no "(.*)"$/.exec(error.reason) ?? []
  if (field === undefined) return error
  const read = references.findLast(reference => reference.root === 'stages' && reference.end <= error.offset)
  const stage = scope.stages.find(stage => stage.id === read?.key)
  if (stage?.inputs !== undefined && /\.\s*inputs\s*\.?\s*$/.test(source.slice(read!.end, error.offset))) {
    const asked = Object.keys(stage.inputs)
    const reason = `there is no input "${field}"${didYouMean(field, asked)}; ${stage.id} asks for ${asked.join(', ')}`
    return new ExpressionError(source, reason, error.offset)
  }
  const type = stage?.type
  if (type === undefined || type === null) return error
  const known: string[] = Object.keys(stageOutputs[type] satisfies Record<string, FieldType>)
  const listed = known.length === 0 ? `a ${type} stage has none` : `a ${type} stage has ${known.join(', ')}`
  if (known.includes(field)) return error
  return new ExpressionError(
    source,
    `there is no output "${field}"${didYouMean(field, known)}; ${listed}`,
    error.offset,
  )
}

function idsOf({ stages }: ExpressionScope): string[] {
  return stages.map(stage => stage.id)
}

function article(type: string): string {
  const name = typeName(type).replace(/<.*$/s, '')
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

function wrongRelease(given: string): string {
  return `this place takes a release, such as \${{ stages.canary.release }}, not ${given}`
}
