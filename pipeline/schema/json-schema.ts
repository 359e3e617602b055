import { z } from 'zod'
import { notAvailableYet } from '../availability.ts'
import { configuration } from './configuration.ts'
import { pipeline } from './pipeline.ts'
import { templateFile } from './template.ts'

/** The part of JSON Schema (draft-07) that zod writes and we read. */
export interface JsonSchema {
  $schema?: string
  title?: string
  description?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  default?: unknown
  pattern?: string
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

/** What editors check pipeline files with; what is not available yet is marked. */
export function pipelineJsonSchema(): JsonSchema {
  const schema = generated(pipeline, 'Slipway pipeline')
  for (const { at, values } of notAvailableYet) {
    for (const place of placesIn(schema, at.split('.'))) mark(place, values)
  }
  return schema
}

/** A file of the folder `templates`. */
export function templateJsonSchema(): JsonSchema {
  return generated(templateFile, 'Slipway template')
}

/** What editors check `slipway.yaml` with. */
export function configurationJsonSchema(): JsonSchema {
  return generated(configuration, 'Slipway server configuration')
}

/** The branches of a union, or the schema itself. */
export function branchesOf(schema: JsonSchema): JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf
  return branches === undefined ? [schema] : branches.flatMap(branchesOf)
}

function generated(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' })
  return { $schema, title, ...rest } as JsonSchema
}

function placesIn(schema: JsonSchema, pattern: readonly string[]): JsonSchema[] {
  const [part, ...rest] = pattern
  if (part === undefined) return [schema]
  return branchesOf(schema).flatMap(branch => {
    const inner = part === '*' ? branch.items : branch.properties?.[part]
    return inner === undefined ? [] : placesIn(inner, rest)
  })
}

const notYet = 'Not available yet.'

function mark(place: JsonSchema, values: readonly string[] | undefined): void {
  const told = place.enum ?? (place.const === undefined ? undefined : [place.const])
  if (values !== undefined && !told?.some(value => values.includes(String(value)))) return
  // Providers are told apart by name; which names are refused is said by validation.
  if (place.description?.includes('`router`')) return
  place.description = place.description === undefined ? notYet : `${notYet} ${place.description}`
}
