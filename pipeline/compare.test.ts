import { expect, test } from 'vitest'
import { comparePipelines, type PipelineVersion } from './compare.ts'
import { readDocument } from './document/read.ts'
import { validatePipeline } from './validate.ts'

function version(text: string): PipelineVersion {
  const { pipeline, problems } = validatePipeline(text, 'shop.yaml')
  expect(problems).toEqual([])
  return { pipeline: pipeline!, written: readDocument(text, 'shop.yaml').document!.value }
}

const head = 'name: shop\napplication: store\n'
const canary = (change = '', metrics = '[{ preset: http }]') => `  - id: canary
    type: canary
    target: eu
    service: web
    baseline: fresh
    release: { version: 1.0.0, command: [run] }
    steps: [{ weight: 5, for: 1m }, { weight: 25, for: 2m }]
    analysis: { interval: 10s, judge: { type: sequential }, metrics: ${metrics} }
${change}`
const shop = (stages: string, more = '') => version(`${head}${more}stages:\n${stages}`)
const told = (before: PipelineVersion | null, after: PipelineVersion | null) =>
  comparePipelines(before, after).map(({ path, before: was, after: is }) => `${path}: ${was} → ${is}`)

const rest = (id: string, needs = '') => `  - { id: ${id}, type: wait, for: 1m${needs} }\n`

test('comments, layout, defaults that are written out and the order of the file change nothing', () => {
  expect(told(shop(canary()), shop(canary('    # so\n    onPass: next\n')))).toEqual([])
  const [a, b] = [rest('a', ', needs: []'), rest('b', ', needs: []')]
  expect(told(shop(a + b), shop(b + a))).toEqual([])
})

test('what is written differently is told where it is, as it is written', () => {
  const bolder = canary('    bake: 10m\n    onPass: promote\n').replace('weight: 5', 'weight: 10')
  expect(told(shop(canary()), shop(bolder))).toEqual([
    'stages.canary.steps.0.weight: 5 → 10',
    'stages.canary.onPass: (default) → "promote"',
    'stages.canary.bake: null → "10m"',
  ])
})

test('stages, metrics and parameters are known by name, wherever they stand', () => {
  const series = '{ name: cpu, kind: series, direction: increase, margin: 20%, provider: prom, query: x }'
  const changed = shop(canary('', `[${series}, { preset: http }]`), 'parameters: { version: { type: string } }\n')
  expect(told(shop(canary()), changed)).toEqual([
    'parameters: null → {"version":{"type":"string"}}',
    expect.stringMatching(/^stages\.canary\.analysis\.metrics\.cpu: null → \{"name":"cpu"/),
  ])
})

test('a stage between two others changes what the later one waits for', () => {
  expect(told(shop(rest('a') + rest('c')), shop(rest('a') + rest('b') + rest('c')))).toEqual([
    'stages.b: null → {"id":"b","type":"wait","for":"1m"}',
    'stages.c.needs: ["a"] → ["b"]',
  ])
})
