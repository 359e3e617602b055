import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openapiJson } from './generate.ts'
import { openapi } from './openapi.ts'
import { problemKinds } from './problem.ts'
import { type Operation, type Route, routes } from './routes.ts'

const document = openapi('1')
const operations = Object.entries(routes) as [Operation, Route][]

test('docs/openapi.json is what the contract says; node api/contract/generate.ts writes it', () => {
  expect(readFileSync('docs/openapi.json', 'utf8')).toBe(openapiJson())
})

test.each(operations)('%s is there with what it takes and every answer it may give', (name, route) => {
  const described = document.paths[route.path]?.[route.method]
  expect(described?.operationId).toBe(name)
  const parameters = described!.parameters.map(({ in: place, name }) => `${place} ${name}`)
  const keys = (place: string, shape: Route['params']) => Object.keys(shape.shape).map(key => `${place} ${key}`)
  expect(parameters).toEqual([
    ...keys('path', route.params),
    ...keys('query', route.query),
    ...keys('header', route.headers),
  ])
  const statuses = new Set(Object.keys(described!.responses).map(Number))
  expect(statuses).toContain(route.success.status)
  for (const kind of route.problems) expect(statuses).toContain(problemKinds[kind].status)
  expect(described!.security.length > 0).toBe(route.permission !== 'public')
})

test('every parameter of a path is described, and none that is not in it', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const { parameters } of Object.values(methods))
      expect(parameters.filter(one => one.in === 'path').map(({ name }) => name)).toEqual(named)
  }
})

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(JSON.stringify(document)).not.toContain('$defs')
  for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name)
})

test('no schema was lost: nothing is described as anything but what the schemas leave open', () => {
  const empty = Object.values(document.paths).flatMap(methods =>
    Object.values(methods).flatMap(({ operationId, parameters }) =>
      parameters.filter(({ schema }) => Object.keys(schema).length === 0).map(({ name }) => `${operationId} ${name}`),
    ),
  )
  expect(empty).toEqual([])
})
