import { cronFault, isTimezone } from '../cron.ts'
import { triggerExpressionFindings } from '../expressions/check-trigger.ts'
import { mayHoldTemplate } from '../expressions/templates.ts'
import { checkParameters } from '../parameters.ts'
import { readPattern } from '../pattern.ts'
import type { Finding } from '../problem.ts'
import type { Parameter } from '../schema/parameter.ts'
import type { TriggerDefinition } from '../schema/trigger.ts'
import { didYouMean } from '../suggest.ts'
import type { ServerView } from './server.ts'

interface Head {
  name: string
  parameters?: Readonly<Record<string, Parameter>> | undefined
  triggers?: readonly TriggerDefinition[] | undefined
}

/** Faults of triggers; paths from the pipeline. */
export function triggerFindings(head: Head, server?: ServerView): Finding[] {
  return (head.triggers ?? []).flatMap((trigger, index) =>
    [
      ...valueFindings(trigger, head.parameters ?? {}),
      ...triggerExpressionFindings(trigger, head.parameters ?? {}),
      ...ownFindings(trigger, head),
      ...(server === undefined ? [] : sourceFindings(trigger, server)),
    ].map(finding => ({ ...finding, path: ['triggers', index, ...finding.path] })),
  )
}

/** A mapping must give all that is required, nothing that is not known, and plain values that fit. */
function valueFindings(trigger: TriggerDefinition, declared: Readonly<Record<string, Parameter>>): Finding[] {
  const { parameters: given } = trigger
  // A webhook without a mapping takes the parameters of its payload.
  if (given === undefined && trigger.type === 'webhook') return []
  const mapped = Object.entries(given ?? {})
  const computed = mapped
    .filter(([, value]) => typeof value === 'string' && mayHoldTemplate(value))
    .map(([name]) => name)
  const plain = Object.fromEntries(mapped.filter(([name]) => !computed.includes(name)))
  const rest = Object.fromEntries(Object.entries(declared).filter(([name]) => !computed.includes(name)))
  const unknown = computed.filter(name => !Object.hasOwn(declared, name))
  const { findings } = checkParameters(
    { parameters: rest },
    { ...plain, ...Object.fromEntries(unknown.map(name => [name, ''])) },
  )
  return findings.map(({ path, ...finding }) => {
    const [name] = path
    const isGiven = given !== undefined && Object.hasOwn(given, name!)
    return isGiven
      ? { ...finding, path: ['parameters', ...path] }
      : { path: [], message: `${finding.message}, and this trigger does not give it` }
  })
}

function ownFindings(trigger: TriggerDefinition, head: Head): Finding[] {
  switch (trigger.type) {
    case 'schedule': {
      const fault = cronFault(trigger.cron)
      const findings: Finding[] = fault === null ? [] : [{ path: ['cron'], message: fault }]
      if (isTimezone(trigger.timezone)) return findings
      return [
        ...findings,
        { path: ['timezone'], message: `"${trigger.timezone}" is not a time zone such as Europe/Berlin` },
      ]
    }
    case 'pipeline':
      if (trigger.pipeline !== head.name) return []
      return [{ path: ['pipeline'], message: 'a pipeline cannot start itself: it would never end' }]
    case 'registry': {
      const fault = trigger.tag === undefined ? null : readPattern(trigger.tag).fault
      return fault === null ? [] : [{ path: ['tag'], message: fault }]
    }
    default:
      return []
  }
}

function sourceFindings(trigger: TriggerDefinition, { hooks }: ServerView): Finding[] {
  if (!('source' in trigger) || hooks.includes(trigger.source)) return []
  const listed = hooks.length === 0 ? 'the server has none' : `the server has ${hooks.join(', ')}`
  const message = `there is no hook source "${trigger.source}"${didYouMean(trigger.source, hooks)}; ${listed}`
  return [{ path: ['source'], message }]
}
