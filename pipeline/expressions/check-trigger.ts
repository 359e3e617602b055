import type { Finding, Path } from '../problem.ts'
import type { Parameter } from '../schema/parameter.ts'
import type { TriggerDefinition } from '../schema/trigger.ts'
import { didYouMean } from '../suggest.ts'
import { asExpressionError, ExpressionError, typeName } from './errors.ts'
import { readExpression } from './language.ts'
import { parseTemplate, TemplateError, type TemplatePart } from './templates.ts'
import { type TriggerTemplate, triggerTemplates, triggerVariables, typedTriggerEnvironment } from './trigger-scope.ts'

type Declared = Readonly<Record<string, Pick<Parameter, 'type'>>>

/** Everything wrong with the expressions of a trigger, without running them; paths are inside the trigger. */
export function triggerExpressionFindings(trigger: TriggerDefinition, declared: Declared): Finding[] {
  return triggerTemplates(trigger).flatMap(template => {
    const takes = template.parameter === null ? 'condition' : (declared[template.parameter]?.type ?? null)
    return takes === null ? [] : templateFindings(trigger, template, takes)
  })
}

type Takes = 'condition' | Parameter['type']

const celTypes: Readonly<Record<Takes, readonly string[]>> = {
  condition: ['bool', 'dyn'],
  boolean: ['bool', 'dyn'],
  number: ['double', 'int', 'dyn'],
  string: ['string', 'dyn'],
}

const scalars: readonly string[] = ['string', 'double', 'int', 'bool', 'dyn']

function templateFindings(trigger: TriggerDefinition, { path, text }: TriggerTemplate, takes: Takes): Finding[] {
  let parts: TemplatePart[]
  try {
    parts = parseTemplate(text)
  } catch (error) {
    if (error instanceof TemplateError) return [{ path, offset: error.offset, message: error.message }]
    throw error
  }
  const whole = parts.length === 1 && parts[0]!.kind === 'expression'
  if (!whole && takes === 'condition')
    return [{ path, message: 'a condition must be one expression, such as ${{ payload.action == "published" }}' }]
  return parts.flatMap(part => {
    if (part.kind === 'text') return []
    const finding = expressionFinding(trigger, part.source, whole ? celTypes[takes] : scalars)
    return finding === null ? [] : [located(finding, part.expressionStart, path)]
  })
}

function located({ reason, offset }: ExpressionError, start: number, path: Path): Finding {
  return { path, offset: start + offset, message: `in the expression: ${reason}` }
}

function expressionFinding(
  { type }: TriggerDefinition,
  source: string,
  allowed: readonly string[],
): ExpressionError | null {
  try {
    const expression = readExpression(source)
    const known = Object.keys(triggerVariables[type])
    for (const { root, start } of expression.references) {
      if (known.includes(root)) continue
      const message = `a trigger of type ${type} knows ${known.join(' and ')}, not "${root}"${didYouMean(root, known)}`
      throw new ExpressionError(source, message, start)
    }
    const { valid, type: gives = '', error } = typedTriggerEnvironment(type).check(source)
    if (!valid) throw asExpressionError(source, error)
    if (allowed.includes(gives)) return null
    const wanted = [...new Set(allowed.filter(each => each !== 'dyn').map(typeName))].join(' or ')
    throw new ExpressionError(
      source,
      `this gives ${typeName(gives)}, and ${wanted} is needed here`,
      source.search(/\S/),
    )
  } catch (error) {
    return asExpressionError(source, error)
  }
}
