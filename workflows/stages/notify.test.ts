import { describe, expect, it } from 'vitest'
import type { NotifyRequest } from '../../activities/stage-requests.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { deployStage, runOf, waitStage } from '../../test/fakes/pipelines.ts'
import { type FakeRun, fakeRun } from '../../test/fakes/run.ts'

const tell: StageOf<'notify'> = { id: 'tell', type: 'notify', connections: ['chat', 'mail'], message: '2.0.0 is out' }

const told = ({ outside }: FakeRun) =>
  outside.asked.map(({ request }) => {
    const { id, connection, notice } = request as NotifyRequest
    return [id, connection, notice.status, notice.text]
  })

describe('a notify stage', () => {
  it('tells every connection', async () => {
    const run = fakeRun(runOf([tell]))
    expect((await run.run()).status).toBe('succeeded')
    expect(told(run)).toEqual([
      ['shop-1/tell/1-notify-chat', 'chat', 'running', '2.0.0 is out'],
      ['shop-1/tell/2-notify-mail', 'mail', 'running', '2.0.0 is out'],
    ])
  })

  it('fails nothing when one cannot be told', async () => {
    const run = fakeRun(runOf([tell]))
    run.outside.notify = async ({ connection }) => {
      if (connection === 'chat') throw new Error('it answered 403')
    }
    expect((await run.run()).stages[0]).toMatchObject({
      status: 'succeeded',
      reason: 'chat was not told: it answered 403',
    })
  })
})

describe('who subscribed to a run', () => {
  const subscribed = (on: readonly string[]) => ({ connection: 'chat', on: on as never })

  it('is told of every status that was asked for, once each', async () => {
    const input = runOf([deployStage('checkout')])
    const run = fakeRun({
      ...input,
      definition: { ...input.definition, notifications: [subscribed(['running', 'rolling-back', 'rolled-back'])] },
      notifications: [subscribed(['rolled-back']), { connection: 'mail', on: ['succeeded'] }],
    })
    run.target.broken.add('2.0.0')
    await run.run()
    expect(told(run).map(([id, connection, status]) => [id, connection, status])).toEqual([
      ['shop-1/notice-1', 'chat', 'running'],
      ['shop-1/notice-2', 'chat', 'rolling-back'],
      ['shop-1/notice-3', 'chat', 'rolled-back'],
    ])
    expect(told(run).at(-1)![3]).toContain('shop (shop-1) is rolled back: checkout: ')
  })

  it('makes no difference to the run, whatever happens on the way', async () => {
    const input = runOf([waitStage('nap')])
    const run = fakeRun({ ...input, notifications: [subscribed(['running', 'succeeded'])] })
    run.outside.notify = async () => Promise.reject(new Error('the chat is down'))
    expect((await run.run()).status).toBe('succeeded')
    expect(told(run)).toHaveLength(2)
  })
})
