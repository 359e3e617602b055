import type { Environment } from '@marcbachmann/cel-js'
import type { Path } from '../problem.ts'
import type { TriggerDefinition, TriggerType } from '../schema/trigger.ts'
import { baseEnvironment } from './language.ts'
import type { FieldType } from './outputs.ts'

/** What expressions of a trigger can see, by its type: a variable is text, a map of anything, or has known fields. */
export const triggerVariables = {
  webhook: { payload: 'map', event: 'string' },
  git: {
    payload: 'map',
    push: { repository: 'string', branch: 'string', commit: 'string', by: 'string', message: 'string' },
  },
  registry: {
    payload: 'map',
    image: { repository: 'string', tag: 'string', digest: 'string', name: 'string' },
  },
  schedule: {},
  pipeline: {
    run: {
      id: 'string',
      pipeline: 'string',
      application: 'string',
      revision: 'string',
      status: 'string',
      by: 'string',
      parameters: 'map',
    },
  },
} as const satisfies Record<TriggerType, Readonly<Record<string, Variable>>>

type Variable = 'map' | 'string' | Readonly<Record<string, FieldType | 'map'>>

/** The variables that come from outside whole, or from a type of trigger; nobody may bind them to something else. */
export const triggerRoots: readonly string[] = [
  ...new Set(Object.values(triggerVariables).flatMap(variables => Object.keys(variables))),
]

/** For checks: with the types that are known. */
export function typedTriggerEnvironment(type: TriggerType): Environment {
  const environment = baseEnvironment.clone()
  for (const [name, variable] of Object.entries(triggerVariables[type]) as [string, Variable][]) {
    if (typeof variable === 'string') environment.registerVariable(name, variable)
    else environment.registerType(typeOf(name), { fields: variable }).registerVariable(name, typeOf(name))
  }
  return environment
}

function typeOf(variable: string): string {
  return `Trigger_${variable}`
}

/** For evaluation: values carry their types. */
export const triggerEnvironment: Environment = dynamic()

function dynamic(): Environment {
  const environment = baseEnvironment.clone()
  for (const name of triggerRoots) environment.registerVariable(name, name === 'event' ? 'string' : 'map')
  return environment
}

/** A place of a trigger that may hold an expression: `when`, or the value of a parameter. */
export interface TriggerTemplate {
  /** Inside the trigger. */
  path: Path
  text: string
  /** Of a value: the parameter it is for. */
  parameter: string | null
}

export function triggerTemplates(trigger: TriggerDefinition): TriggerTemplate[] {
  if (trigger.type === 'schedule') return []
  const values = Object.entries(trigger.parameters ?? {}).flatMap(([parameter, text]) =>
    typeof text === 'string' ? [{ path: ['parameters', parameter], text, parameter }] : [],
  )
  const { when } = trigger
  return when === undefined ? values : [{ path: ['when'], text: when, parameter: null }, ...values]
}
