import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { notAvailableYet } from '../availability.ts'
import { generatedFiles } from './generate.ts'
import { pipelineJsonSchema } from './json-schema.ts'
import { stageSchemas } from './stage.ts'

const root = new URL('../../', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

test.each(Object.entries(generatedFiles))(
  '%s is what the schemas say now (else: npx node pipeline/schema/generate.ts)',
  (path, write) => {
    expect(read(path)).toBe(write())
  },
)

describe('the JSON Schema for editors', () => {
  const fixtures = (folder: string) =>
    readdirSync(new URL(`pipeline/fixtures/${folder}`, root)).map(name => `pipeline/fixtures/${folder}/${name}`)
  const schema = z.fromJSONSchema(pipelineJsonSchema() as never)

  test('is draft-07, and says something of every key', () => {
    expect(pipelineJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#')
    const silent: string[] = []
    walk(pipelineJsonSchema(), '', silent)
    expect(silent).toEqual([])
  })

  test.each([...fixtures('good'), 'pipeline/fixtures/design.yaml'])('accepts %s', path => {
    expect(schema.safeParse(parseYaml(read(path))).success).toBe(true)
  })

  test.each(
    [
      'unknown-keys',
      'missing-type',
      'unknown-stage-type',
      'weight-range',
      'version-number',
      'needs-text',
      'no-steps',
    ].map(name => `pipeline/fixtures/malformed/${name}.yaml`),
  )('refuses %s', path => {
    expect(schema.safeParse(parseYaml(read(path))).success).toBe(false)
  })

  test('calls nothing unavailable that is not in the table', () => {
    const { properties } = pipelineJsonSchema()
    expect(properties?.triggers?.description).not.toContain('Not available')
    expect(properties?.application?.description).not.toContain('Not available')
  })
})

test('the reference names every stage type and everything that is not available yet', () => {
  const reference = read('docs/reference.md')
  for (const type of Object.keys(stageSchemas)) expect(reference).toContain(`(\`type: ${type}\`)`)
  for (const { at, values = [] } of notAvailableYet) {
    expect(reference).toContain(`\`${at.replaceAll('.*', '[]')}\``)
    for (const value of values) expect(reference).toContain(`\`${value}\``)
  }
})

/** Collects keys without a description. */
function walk(schema: ReturnType<typeof pipelineJsonSchema>, path: string, silent: string[]): void {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    // The type of a stage is described by the stage.
    if (value.description === undefined && value.const === undefined) silent.push(`${path}.${key}`)
    walk(value, `${path}.${key}`, silent)
  }
  for (const inner of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) walk(inner, path, silent)
  if (schema.items !== undefined) walk(schema.items, `${path}[]`, silent)
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.NAME`, silent)
}
