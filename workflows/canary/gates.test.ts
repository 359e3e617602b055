import { describe, expect, it } from 'vitest'
import type { Called, CallRequest } from '../../activities/stage-requests.ts'
import type { Gate, GateMoment } from '../../pipeline/schema/stages/gate.ts'
import type { Behaviour } from '../../test/fakes/metrics.ts'
import { canaryStage, runOf } from '../../test/fakes/pipelines.ts'
import type { FakeRun } from '../../test/fakes/run.ts'
import { fakeRun } from '../../test/fakes/run.ts'

function gate(at: GateMoment, change: Partial<Gate> = {}): Gate {
  return {
    ...{ name: at, at, connection: 'ci', path: '/gates', metadata: { team: 'shop' }, timeout: 10_000, every: 1_000 },
    ...change,
  }
}

const all = ['before-rollout', 'before-increase', 'before-promotion', 'after-rollout', 'on-rollback'] as const

const yes: Called = { status: 200, answer: 'ok', location: null, found: {}, retryAfter: null }
const no = { ...yes, status: 403, found: { reason: 'there is an incident' } }

interface Question {
  gate: string
  weight?: number
  verdict?: string
  [key: string]: unknown
}

/** What each gate answers by its name, else yes; and what was asked, in order. */
function gated(
  gates: Gate[],
  answers: Readonly<Record<string, (question: Question, times: number) => Called | Promise<Called>>> = {},
  { behaviour = {}, ...change }: { behaviour?: Behaviour; bake?: number; service?: string } = {},
) {
  const run = fakeRun(runOf([canaryStage({ gates, ...change })]), { behaviour })
  const asked: Question[] = []
  run.outside.call = async ({ body }: CallRequest) => {
    const question = JSON.parse(body!) as Question
    asked.push(question)
    const times = asked.filter(other => other.gate === question.gate).length
    return (await answers[question.gate]?.(question, times)) ?? yes
  }
  return { run, asked }
}

const weightsOf = (run: FakeRun) => run.target.state('checkout').weights
const told = (run: FakeRun) =>
  run.store
    .events('shop-1')
    .filter(({ kind }) => kind === 'gate.answered')
    .map(({ data }) => `${data.gate}: ${data.answer}`)

describe('gates of a canary', { timeout: 30_000 }, () => {
  it('are asked in the order of the climb, and told what it is about', async () => {
    const { run, asked } = gated(all.map(at => gate(at)))
    const { status } = await run.run()
    expect(status).toBe('succeeded')
    expect(asked.map(({ gate, weight, verdict }) => [gate, weight, verdict].filter(Boolean).join(' '))).toEqual([
      'before-rollout',
      'before-increase 10 insufficient',
      'before-increase 50 pass',
      'before-promotion pass',
      'after-rollout pass',
    ])
    expect(asked[0]).toMatchObject({
      ...{ execution: 'shop-1', pipeline: 'shop', stage: 'canary', target: 'eu', service: 'checkout' },
      ...{ version: '2.0.0', previousVersion: '1.0.0', metadata: { team: 'shop' } },
    })
    const ids = run.outside.asked
      .filter(({ what }) => what === 'call')
      .map(({ request }) => (request as CallRequest).id)
    expect(new Set(ids).size).toBe(5)
    expect(told(run)).toEqual(asked.map(({ gate }) => `${gate}: yes`))
  })

  it('that say no before the rollout leave everything as it was', async () => {
    const { run } = gated([gate('before-rollout')], { 'before-rollout': () => no })
    const { status, reason } = await run.run()
    expect([status, reason]).toEqual(['failed', 'canary: gate before-rollout says no: there is an incident'])
    expect(run.effects()).toEqual([])
  })

  it.each(['before-increase', 'before-promotion', 'after-rollout'] as const)(
    'that say no %s have the canary taken back, and those who want to know are told last',
    async at => {
      const { run, asked } = gated([gate(at), gate('on-rollback')], { [at]: () => no }, { bake: 10_000 })
      const { status, reason } = await run.run()
      expect([status, reason]).toEqual([
        'rolled-back',
        `canary: gate ${at} says no: there is an incident; it was rolled back`,
      ])
      expect(weightsOf(run)).toEqual({ stable: 100 })
      expect(run.target.state('checkout').clusters).toMatchObject([{ role: 'stable', release: { version: '1.0.0' } }])
      expect(asked.at(-1)!.gate).toBe('on-rollback')
      expect(
        run
          .story()
          .filter(line => line.startsWith('undo.done'))
          .at(-1),
      ).toBe('undo.done canary tell gate on-rollback')
    },
  )

  it('on a rollback never stop it, whatever they answer', async () => {
    for (const answer of [
      () => no,
      () => Promise.reject(new Error('the wire is cut')),
      () => new Promise<Called>(() => {}),
    ]) {
      const { run } = gated([gate('on-rollback')], { 'on-rollback': answer }, { behaviour: { '2.0.0': 0.2 } })
      const { status } = await run.run()
      expect(status).toBe('rolled-back')
      expect(weightsOf(run)).toEqual({ stable: 100 })
      expect(told(run)).toHaveLength(1)
    }
  })

  it('without an answer in time let nobody tell: the stage is errored, and taken back', async () => {
    const { run } = gated([gate('before-increase')], { 'before-increase': () => new Promise<Called>(() => {}) })
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toContain('gate before-increase gave no answer within 10 s')
    expect(weightsOf(run)).toEqual({ stable: 100 })
  })

  it('may be ignored when they give no answer, never when they say no', async () => {
    const cut = () => Promise.reject(new Error('the wire is cut'))
    const { run } = gated([gate('before-increase', { onErrored: 'ignore' })], { 'before-increase': cut })
    expect((await run.run()).status).toBe('succeeded')
    expect(told(run)).toEqual(['before-increase: none', 'before-increase: none'])
    const other = gated([gate('before-increase', { onErrored: 'ignore' })], { 'before-increase': () => no })
    expect((await other.run.run()).status).toBe('rolled-back')
  })

  it('hold it until they say yes, at the traffic it has; what they say again is not recorded again', async () => {
    const opens = (question: Question, times: number) => (question.weight === 50 && times < 9 ? no : yes)
    const { run } = gated([gate('before-increase', { onNo: 'hold' })], { 'before-increase': opens })
    const held: unknown[] = []
    run.world.at(8_000, () => held.push(run.execution().status, weightsOf(run)))
    const { status, stages } = await run.run()
    expect(held).toEqual(['held', { stable: 80, baseline: 10, canary: 10 }])
    expect([status, stages[0]!.outputs.verdict]).toEqual(['succeeded', 'pass'])
    expect(told(run)).toEqual(['before-increase: yes', 'before-increase: no', 'before-increase: yes'])
  })

  it('that hold it for longer than maxHold have it taken back', async () => {
    const { run } = gated([gate('before-promotion', { onNo: 'hold', every: 5_000 })], { 'before-promotion': () => no })
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('gate before-promotion says no: there is an incident; nobody decided in time')
  })

  it('that hold it do not keep harm from being seen', async () => {
    const gates = [gate('before-promotion', { onNo: 'hold' })]
    const { run } = gated(gates, { 'before-promotion': () => no })
    run.world.at(45_000, () => {
      run.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.3 }
    })
    const { status, reason, stages } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toMatch(/canary errors/)
    expect(stages[0]!.outputs.verdict).toBe('fail')
  })

  it('that hold it can be skipped, which passes the gate, or cut short by a promotion', async () => {
    const closed = { 'before-increase': () => no }
    const one = gated([gate('before-increase', { onNo: 'hold' })], closed)
    const skip = () => one.run.steering.skip({ by: 'ann', reason: 'it is a drill' })
    for (const at of [3_000, 35_000]) one.run.world.at(at, skip)
    expect((await one.run.run()).status).toBe('succeeded')
    expect(one.run.effects()).toContain('baseline 50, canary 50')
    const two = gated([gate('before-increase', { onNo: 'hold' })], closed)
    two.run.world.at(3_000, () => two.run.steering.promote({ by: 'ann' }))
    const { status, stages } = await two.run.run()
    expect([status, stages[0]!.reason]).toEqual(['succeeded', 'promoted by ann'])
    expect(two.run.effects()).not.toContain('baseline 50, canary 50')
  })

  it('are asked before a first deployment, too', async () => {
    const { run, asked } = gated(
      [gate('before-rollout'), gate('after-rollout')],
      { 'after-rollout': () => no },
      { service: 'search' },
    )
    const { status } = await run.run()
    expect(asked.map(({ gate }) => gate)).toEqual(['before-rollout', 'after-rollout'])
    expect(status).toBe('rolled-back')
  })
})
