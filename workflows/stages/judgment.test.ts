import { describe, expect, it } from 'vitest'
import type { NotifyRequest } from '../../activities/stage-requests.ts'
import type { JudgmentProgress } from '../../pipeline/execution.ts'
import type { Stage, StageOf } from '../../pipeline/schema/stage.ts'
import { deployStage, runOf, v1, waitStage } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'
import type { JudgmentMessage } from '../messages.ts'

function judgmentStage(change: Partial<StageOf<'judgment'>> = {}): StageOf<'judgment'> {
  return {
    ...{ id: 'approve', type: 'judgment', approvals: 1, timeout: 60_000, onTimeout: 'reject', fourEyes: true },
    ...change,
  }
}

/** A run in which people answer at some seconds, and what became of their answers. */
async function judged(stages: Stage[], answers: [number, Partial<JudgmentMessage>][]) {
  const run = fakeRun(runOf(stages))
  run.target.seed('search', v1, 1)
  const refused: string[] = []
  for (const [second, change] of answers)
    run.world.at(second * 1_000, () => {
      const stage = run.execution().stages.find(({ progress }) => progress?.judgment !== undefined)
      const { seen = '' } = stage?.progress?.judgment ?? {}
      try {
        run.steering.judge({ by: 'bob', stage: 'approve', decision: 'approve', seen, ...change })
      } catch (error) {
        refused.push((error as Error).message)
      }
    })
  return { run, execution: await run.run(), refused }
}

describe('a judgment', () => {
  it('waits for people and says for whom, and for how long', async () => {
    const run = fakeRun(runOf([judgmentStage({ approvals: 2, approvers: ['bob', 'role:sre'], instructions: 'Look.' })]))
    let waiting = run.execution()
    run.world.at(1_000, () => {
      waiting = run.execution()
    })
    await run.run()
    expect(waiting.status).toBe('waiting')
    expect(waiting.stages[0]!.reason).toBe('needs 2 approvals of bob, role:sre')
    expect(waiting.stages[0]!.progress?.judgment).toEqual({
      ...{ approvals: 2, approvers: ['bob', 'role:sre'], instructions: 'Look.', fourEyes: true, given: [], inputs: {} },
      until: '2026-01-01T00:01:00.000Z',
      seen: expect.stringMatching(/^[0-9a-f]{64}$/),
    } satisfies JudgmentProgress)
  })

  it('succeeds when enough people have approved; later stages can read what they said', async () => {
    const stages = [
      judgmentStage({
        approvals: 2,
        inputs: {
          version: { type: 'text', maxLength: 20, required: true },
          percent: { type: 'number', required: false },
        },
      }),
      deployStage('search', {
        when: "${{ stages.approve.decision == 'approve' && stages.approve.inputs.percent < 50 }}",
        release: { version: '${{ stages.approve.inputs.version }}', command: ['run', '3'] },
      }),
    ]
    const { run, execution, refused } = await judged(stages, [
      [5, { inputs: { version: '3.0.0' } }],
      [6, { inputs: { version: '3.0.0' } }],
      [7, { by: 'cleo', inputs: { version: '3.1.0', percent: 20 } }],
    ])
    expect(refused).toEqual(['bob has approved already'])
    expect(execution.status).toBe('succeeded')
    expect(execution.stages[0]).toMatchObject({
      status: 'succeeded',
      reason: 'approved by bob, cleo',
      outputs: { decision: 'approve', by: ['bob', 'cleo'], inputs: { version: '3.1.0', percent: 20 } },
    })
    expect(run.target.state('search').clusters[0]!.release.version).toBe('3.1.0')
    expect(run.story()).toContain('judgment.given approve')
  })

  it('ends the run when somebody rejects', async () => {
    const { execution } = await judged(
      [judgmentStage(), waitStage('a')],
      [[5, { decision: 'reject', reason: 'too slow' }]],
    )
    expect(execution).toMatchObject({ status: 'rejected', reason: 'approve: rejected by bob: too slow' })
    expect(execution.stages.map(({ status }) => status)).toEqual(['rejected', 'skipped'])
    expect(execution.stages[0]!.outputs).toEqual({ decision: 'reject', by: ['bob'] })
  })

  it('is never approved by time: rejected, or failed where the pipeline says so', async () => {
    const late = 'nobody decided in time: 0 of 1 approvals were given'
    const { execution } = await judged([judgmentStage()], [])
    expect(execution).toMatchObject({ status: 'rejected', reason: `approve: ${late}` })
    const failing = await judged([judgmentStage({ onTimeout: 'fail' })], [])
    expect(failing.execution).toMatchObject({ status: 'failed', reason: `approve: ${late}` })
    const passedOver = await judged([judgmentStage({ onFailure: 'continue' }), waitStage('a')], [])
    expect(passedOver.execution.status).toBe('succeeded')
  })

  it('refuses an answer to what it does not ask about, and to what does not ask', async () => {
    const { refused, execution } = await judged(
      [judgmentStage(), waitStage('a', { for: 20_000 })],
      [
        [1, { seen: 'what I saw yesterday' }],
        [2, { stage: 'a' }],
        [3, {}],
        [4, {}],
      ],
    )
    expect(refused).toEqual([
      'what approve asks about is not what was looked at; look again',
      'stage a does not wait for a judgment',
      'stage approve does not wait for a judgment',
    ])
    expect(execution.status).toBe('succeeded')
  })

  it('asks about something else when the definition, the parameters or what came before differ', async () => {
    const seen = async (change: Partial<ReturnType<typeof runOf>>, before: Stage[] = []) => {
      const run = fakeRun({ ...runOf([...before, judgmentStage()]), ...change })
      let hash = ''
      run.world.at(30_000, () => {
        hash = run.execution().stages.at(-1)!.progress!.judgment!.seen
      })
      await run.run()
      return hash
    }
    const all = [
      await seen({}),
      await seen({ definitionHash: 'other' }),
      await seen({ parameters: { version: '2' } }),
      await seen({ id: 'shop-2' }),
      await seen({}, [deployStage('checkout')]),
    ]
    expect(await seen({})).toBe(all[0])
    expect(new Set(all).size).toBe(all.length)
  })

  it('reminds as often as it is told to, and stops when it is decided', async () => {
    const { run } = await judged([judgmentStage({ remind: 10_000 }), waitStage('a', { for: 60_000 })], [[35, {}]])
    const reminders = run.store.events('shop-1').filter(({ kind }) => kind === 'judgment.reminder')
    expect(reminders.map(({ at, data }) => `${at.slice(17, 19)} ${data.missing}`)).toEqual(['10 1', '20 1', '30 1'])
  })

  it('has those who are told of waiting runs told again with each reminder', async () => {
    const input = runOf([judgmentStage({ remind: 20_000 })])
    const notifications = [{ connection: 'chat', on: ['waiting' as const] }]
    const run = fakeRun({ ...input, definition: { ...input.definition, notifications } })
    await run.run()
    const texts = run.outside.asked.map(({ request }) => (request as NotifyRequest).notice.text)
    expect(texts.map(text => text.replace(/ \(.*?\)/, ''))).toEqual([
      'shop is waiting: approve: needs 1 approval',
      'shop is still waiting: approve: needs 1 approval',
      'shop is still waiting: approve: needs 1 approval',
    ])
  })

  it('can be canceled', async () => {
    const run = fakeRun(runOf([judgmentStage()]))
    run.world.at(5_000, () => run.steering.cancel({ by: 'ann' }))
    expect((await run.run()).status).toBe('canceled')
  })
})
