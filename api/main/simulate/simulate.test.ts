import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import type { Scenario } from './scenario.ts'
import type { SimulateSettings } from './simulate.ts'
import { simulate } from './simulate.ts'

const settings: SimulateSettings = {
  scenario: { kind: 'good' },
  parameters: {},
  seed: 1,
  start: Date.parse('2026-01-05T10:00:00Z'),
  running: '1.0.0',
  instances: 4,
  rate: 500,
  startUp: 10_000,
  people: { answer: 'approve', after: 60_000 },
}

const release = '{ version: 2.0.0, command: [run] }'

const canary = `
  - id: canary
    type: canary
    target: eu
    service: checkout
    release: ${release}
    baseline: fresh
    steps: [{ weight: 10, for: 1m }, { weight: 50, for: 1m }]
    analysis: { interval: 5s, metrics: [{ preset: http }] }
    maxHold: 30m`

function pipelineOf(stages: string): Pipeline {
  const text = `name: shop\napplication: shop\nstages:${stages}\n`
  const { pipeline, problems } = validatePipeline(text, 'shop.yaml')
  if (pipeline === null) throw new Error(JSON.stringify(problems))
  return pipeline
}

function simulated(stages: string, change: Partial<SimulateSettings> = {}) {
  return simulate(pipelineOf(stages), { ...settings, ...change })
}

describe('a simulation', () => {
  it('runs a good canary to its end, and says how long it can take', async () => {
    const run = await simulated(canary)
    expect(run).toMatchObject({ status: 'succeeded', scenario: 'good', unlimited: [] })
    const hops = run.timeline.filter(({ what }) => what.startsWith('traffic')).map(({ what }) => what)
    expect(hops).toEqual([
      'traffic of checkout on eu: stable 80 %, baseline 10 %, canary 10 %',
      'traffic of checkout on eu: baseline 50 %, canary 50 %',
      'traffic of checkout on eu: canary 100 %',
      'traffic of checkout on eu: stable 100 %',
    ])
    // The first look that may pass is the fifth, the second step needs one more; then nothing is ever clear. Each step
    // gives a tenth of its time to what lay before it.
    expect(run.shortest).toBe(30_000)
    expect(run.longest).toBe(2 * (10_000 - 6_000) + 120_000 + 30 * 60_000 - 1 + 2 * 10_000)
    expect(run.duration).toBeGreaterThan(run.shortest)
    expect(run.undone).toEqual([])
  })

  it.each<[Scenario['kind'], string, string]>([
    ['bad', 'rolled-back', 'points worse'],
    ['metrics-down', 'errored', 'could not be read'],
  ])('shows what %s does', async (kind, status, reason) => {
    const run = await simulated(canary, { scenario: { kind } as Scenario })
    expect(run.status).toBe(status)
    expect(run.reason).toContain(reason)
    expect(run.undone.map(({ what }) => what)).toEqual([
      'return all traffic of checkout on eu to 1.0.0',
      'remove what the canary of checkout on eu has started',
    ])
    expect(run.undoable).toBeNull()
  })

  it('holds a canary that nobody uses, until somebody answers or nobody does', async () => {
    const scenario = { kind: 'no-traffic' } as const
    const run = (answer: SimulateSettings['people']['answer']) =>
      simulated(canary, { scenario, people: { answer, after: 60_000 } })
    const approved = await run('approve')
    expect(approved.status).toBe('succeeded')
    expect(approved.gates).toMatchObject([{ stage: 'canary', status: 'held' }])
    expect(approved.gates[0]!.to! - approved.gates[0]!.from).toBe(60_000)
    expect((await run('reject')).status).toBe('rolled-back')
    const silent = await run('timeout')
    expect(silent.status).toBe('rolled-back')
    expect(silent.gates[0]!.to! - silent.gates[0]!.from).toBe(30 * 60_000)
  })

  it('has judgments answered by as many people as they need, or not at all', async () => {
    const stages = `
  - { id: ask, type: judgment, approvals: 2, approvers: ['role:sre'], timeout: 4h, inputs: { size: { type: number } } }
  - { id: nap, type: wait, for: 1m }`
    const run = await simulated(stages)
    expect(run).toMatchObject({ status: 'succeeded', duration: 120_000, shortest: 60_000 })
    expect(run.longest).toBe(4 * 3_600_000 - 1 + 60_000)
    expect(run.gates).toMatchObject([{ stage: 'ask', status: 'waiting', from: 0 }])
    expect((await simulated(stages, { people: { answer: 'reject', after: 0 } })).status).toBe('rejected')
    const silent = await simulated(stages, { people: { answer: 'timeout', after: 0 } })
    expect(silent).toMatchObject({ status: 'rejected', duration: 4 * 3_600_000 })
  })

  it('takes back what a stage did whose target fails, and tells what a rollback of all would undo', async () => {
    const stages = ['a', 'b'].map(
      id => `\n  - { id: ${id}, type: deploy, target: eu, service: ${id}, release: ${release} }`,
    )
    const scenario = { kind: 'target-fails-at', stage: 'b' } as const
    const failed = await simulated(stages.join(''), { scenario })
    expect(failed.status).toBe('errored')
    expect(failed.reason).toContain('the target fails at stage b')
    expect(failed.undone).toEqual([{ stage: 'b', what: 'put b on eu back to 1.0.0' }])
    const good = await simulated(stages.join(''))
    expect(good).toMatchObject({ status: 'succeeded', undone: [] })
    expect(good.undoable?.map(({ stage }) => stage)).toEqual(['b', 'a'])
  })

  it('plays back what was seen once', async () => {
    const look = (bad: number) => ({
      baseline: { errors: { bad: 5, total: 1_000 }, slow: { bad: 5, total: 1_000 } },
      canary: { errors: { bad, total: 1_000 }, slow: { bad: 5, total: 1_000 } },
    })
    const intervals = [look(5), ...Array.from({ length: 12 }, () => look(200))]
    const run = await simulated(canary, { scenario: { kind: 'recorded', intervals } })
    expect(run.status).toBe('rolled-back')
    expect(run.looks).toBeLessThanOrEqual(13)
  })

  it('is the same for the same seed, and another for another', async () => {
    const run = (seed: number) => simulated(canary, { scenario: { kind: 'bad' }, seed })
    const [one, same, other] = [await run(1), await run(1), await run(2)]
    expect(JSON.stringify(one)).toBe(JSON.stringify(same))
    expect(JSON.stringify(one)).not.toBe(JSON.stringify({ ...other, seed: 1 }))
  })

  it('deploys first versions, too', async () => {
    const run = await simulated(canary, { running: null })
    expect(run).toMatchObject({ status: 'succeeded', looks: 0 })
  })
})

describe('nothing in a simulation can reach the outside', () => {
  const root = resolve(import.meta.dirname, '../../..')
  const inNode = (flags: string[], code: string) =>
    execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' })

  it('because it never loads what could', () => {
    const loaded = inNode(
      [],
      `import { registerHooks } from 'node:module'
       const seen = new Set()
       registerHooks({ resolve(name, context, next) { const found = next(name, context); seen.add(found.url); return found } })
       await import(${JSON.stringify(join(root, 'api/main/simulate/simulate.ts'))})
       console.log([...seen].join('\\n'))`,
    ).split('\n')
    expect(loaded.some(url => url.endsWith('/workflows/interpreter.ts'))).toBe(true)
    const reaching =
      /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster)\b|undici|\/pg\/|@temporalio/
    expect(loaded.filter(url => reaching.test(url))).toEqual([])
  })

  it('and because it needs none of it: no file is written, no process started, no address called', () => {
    const ended = inNode(
      ['--permission', `--allow-fs-read=${root}`],
      `globalThis.fetch = () => { throw new Error('a call') }
       const net = process.getBuiltinModule('node:net')
       net.Socket.prototype.connect = () => { throw new Error('a call') }
       const { readFileSync } = process.getBuiltinModule('node:fs')
       const { validatePipeline } = await import('./pipeline/validate.ts')
       const { simulate } = await import('./api/main/simulate/simulate.ts')
       const file = './examples/checkout/pipelines/checkout.yaml'
       const { pipeline } = validatePipeline(readFileSync(file, 'utf8'), file)
       const settings = { ...${JSON.stringify(settings)}, parameters: { version: '2.0.0' }, scenario: { kind: 'bad' } }
       console.log((await simulate(pipeline, settings)).status)`,
    )
    expect(ended.trim()).toBe('rolled-back')
  })
})
