import type { GivenExpression } from './expand-templates.ts'
import { mayHoldTemplate, parseTemplate, TemplateError } from './expressions/templates.ts'
import type { Given } from './fill-template.ts'
import { checkParameters } from './parameters.ts'
import type { Finding } from './problem.ts'
import type { Parameter } from './schema/parameter.ts'
import type { TemplateUse } from './schema/template.ts'

/** The values of a template's parameters at one use; paths are inside the use. */
export function givenParameters(
  { with: given, template }: TemplateUse,
  parameters: Readonly<Record<string, Parameter>>,
): { values: Given; given: Omit<GivenExpression, 'stage'>[]; findings: Finding[] } {
  const isExpression = (value: unknown): value is string => typeof value === 'string' && mayHoldTemplate(value)
  const entries = Object.entries(given)
  const expressions = entries.flatMap(([name, value]) =>
    isExpression(value) && Object.hasOwn(parameters, name) ? [{ name, text: value, parameter: parameters[name]! }] : [],
  )
  const open = new Set(expressions.map(({ name }) => name))
  const others = Object.fromEntries(Object.entries(parameters).filter(([name]) => !open.has(name)))
  const literals = Object.fromEntries(entries.filter(([name]) => !open.has(name)))
  const checked = checkParameters({ parameters: others }, literals)
  const findings = [
    ...checked.findings.map(finding => about(finding, template, given)),
    ...expressions.flatMap(({ name, text, parameter }) => {
      const fault = faultOf(text, parameter)
      return fault === null ? [] : [{ path: ['with', name], message: `parameter "${name}" ${fault}` }]
    }),
  ]
  return {
    findings,
    values: {
      ...Object.fromEntries(Object.entries(checked.values ?? {}).map(([name, value]) => [name, { value }])),
      ...Object.fromEntries(
        expressions.map(({ name, text }) => [name, { text: text.trim(), source: sourceOf(text) ?? '' }]),
      ),
    },
    given: expressions.map(({ name, text, parameter: { type } }) => ({
      path: ['with', name],
      text,
      parameter: name,
      type,
    })),
  }
}

function about({ path, message, ...rest }: Finding, template: string, given: object): Finding {
  const name = String(path[0])
  const place = Object.hasOwn(given, name) ? ['with', name] : ['template']
  return {
    ...rest,
    path: place,
    message: `${message.replace('the pipeline takes', 'it takes')} (template ${template})`,
  }
}

/** What is fixed for ever can be checked against a list or pattern; what a run brings cannot. */
function faultOf(text: string, { enum: listed, pattern }: Parameter): string | null {
  if (sourceOf(text) === null)
    return 'takes a value or one expression, such as ${{ parameters.version }}; not a mixture'
  if (listed === undefined && pattern === undefined) return null
  return `has ${listed === undefined ? 'a pattern' : 'a list of values'}; an expression cannot be checked against it, write the value`
}

/** The expression that the whole text is; null when it is anything else. */
function sourceOf(text: string): string | null {
  try {
    const [part, more] = parseTemplate(text.trim())
    return part?.kind === 'expression' && more === undefined ? part.source : null
  } catch (error) {
    if (error instanceof TemplateError) return null
    throw error
  }
}
