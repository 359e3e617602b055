import type { ExecutionDetail } from '../../api/contract/execution.ts'
import type { StageState, StoredEvent, Trigger } from '../../pipeline/execution.ts'
import { type ExecutionStatus, isFinal, type StageStatus } from '../../pipeline/statuses.ts'
import { asked } from './inbox.ts'
import { reportOf, type Story, weightAt, weightsAt } from './story.ts'

/** Every status once, and a few that a designer has to see: long names, planted markup, no data. */

export interface Fixture {
  execution: ExecutionDetail
  story: Story | null
  events: StoredEvent[]
}

const good: Story = {
  errors: { baseline: 0.01, canary: 0.01 },
  slow: { baseline: 0.03, canary: 0.03 },
  looks: 30,
  seed: 7,
}
const bad: Story = {
  errors: { baseline: 0.01, canary: 0.05 },
  slow: { baseline: 0.03, canary: 0.06 },
  looks: 30,
  seed: 9,
}

const planted = '<img src=x onerror=alert(1)>'

type Sketch = [ExecutionStatus, string, string, StageStatus[], Story | null, string | null, number]

const sketches: Sketch[] = [
  ['running', 'checkout', '1.8.0', ['running', 'pending', 'pending'], { ...good, looks: 17 }, null, 3],
  [
    'held',
    'search',
    '4.2.0',
    ['held', 'pending', 'pending'],
    { ...good, looks: 4 },
    'canary: out of steps without a verdict; a person has to decide within 1h',
    22,
  ],
  ['waiting', 'payments', '0.9.4', ['succeeded', 'waiting', 'pending'], good, 'approve-us: 1 of 2 approvals', 41],
  [
    'rolling-back',
    'cart',
    '2.13.1',
    ['rolling-back', 'pending', 'pending'],
    bad,
    'canary: errors 5.1 % against 1.0 %',
    44,
  ],
  ['queued', 'checkout', '1.8.1', ['pending', 'pending', 'pending'], null, 'waits for checkout-3f2a91c04b', 45],
  ['rolled-back', 'checkout', '1.7.9', ['rolled-back', 'skipped', 'skipped'], bad, `canary: ${whyFailed(bad)}`, 75],
  ['succeeded', 'checkout', '1.7.8', ['succeeded', 'succeeded', 'succeeded'], good, null, 130],
  [
    'errored',
    'recommendations-and-personalisation',
    '12.0.0-rc.1+build.5113',
    ['errored', 'skipped', 'skipped'],
    { ...good, looks: 0 },
    'canary: the metrics could not be read: prom: connect ECONNREFUSED 127.0.0.1:9090',
    190,
  ],
  [
    'failed',
    'images',
    '3.0.0',
    ['failed', 'skipped', 'skipped'],
    null,
    'canary: the release does not start: spawn node ENOENT',
    260,
  ],
  [
    'canceled',
    'search',
    '4.1.9',
    ['canceled', 'skipped', 'skipped'],
    { ...good, looks: 6 },
    'canceled by ada: wrong branch',
    400,
  ],
  [
    'rejected',
    'payments',
    '0.9.3',
    ['succeeded', 'rejected', 'skipped'],
    good,
    'approve-us: rejected by grace: not on a Friday',
    900,
  ],
  ['paused', planted, planted, ['paused', 'pending', 'pending'], { ...good, looks: 9 }, planted, 1500],
]

const triggers: Trigger[] = [
  { type: 'webhook', by: 'ci' },
  { type: 'api', by: 'ada' },
  { type: 'schedule', by: 'nightly' },
]

/** What the judge says of the metric that failed. */
function whyFailed(story: Story): string {
  const { metrics } = reportOf('', '', story, 0).stages[0]!
  return metrics.find(({ judgment }) => judgment?.verdict === 'fail')!.judgment!.reason
}

/** A judge that has seen enough looks no more. */
const looksOf = (story: Story) => reportOf('', '', story, 0).stages[0]!.looks.length

/** Newest first. */
export function fixtures(now: number): Fixture[] {
  return sketches.map((sketch, index) => fixtureOf(sketch, index, now))
}

function fixtureOf(
  [status, pipeline, version, stages, story, reason, minutes]: Sketch,
  index: number,
  now: number,
): Fixture {
  const created = now - minutes * 60_000
  const id = `${pipeline.replace(/[^a-z0-9]+/g, '-').slice(0, 40)}-${(0x3f2a91c04b + index * 7_919).toString(16)}`
  const last = stages.findLastIndex(stage => stage !== 'skipped')
  const ended = isFinal(status) ? new Date(created + last * 80_000 + 76_500).toISOString() : null
  const execution: ExecutionDetail = {
    id,
    pipeline,
    application: ['checkout', 'cart'].includes(pipeline) ? 'shop' : 'platform',
    revision: index > 4 ? '77b1c0de44a1' : '3f2a91c04be17d20c6a3b0b1d2aa1f6b1f90d1aa',
    definitionHash: index > 4 ? 'sha256:older' : 'sha256:fixture',
    status,
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
    trigger: triggers[index % 3]!,
    parameters: { version, note: 'javascript:alert(1)', build: 'https://ci.example/builds/5113', force: false },
    createdAt: new Date(created).toISOString(),
    endedAt: ended,
    reason,
    position: 100 * (index + 1),
    stages: stages.map((stage, at) => stageOf(stage, at, { version, created, reason, story })),
    pending: [],
  }
  return { execution, story, events: eventsOf(execution) }
}

interface Context {
  version: string
  created: number
  reason: string | null
  story: Story | null
}

function stageOf(status: StageStatus, at: number, { version, created, reason, story }: Context): StageState {
  const started = status !== 'pending' && status !== 'skipped'
  const weight = weightAt(story === null ? 0 : looksOf(story))
  return {
    id: ['canary', 'approve-us', 'us'][at]!,
    type: ['canary', 'judgment', 'deploy'][at]!,
    status,
    attempt: status === 'failed' ? 3 : 1,
    startedAt: started ? new Date(created + at * 80_000 + 1_500).toISOString() : null,
    endedAt: started && isFinal(status) ? new Date(created + at * 80_000 + 75_000).toISOString() : null,
    reason: started && status !== 'succeeded' && status !== 'running' ? reason : null,
    outputs: status === 'succeeded' && at === 0 ? { verdict: 'pass', release: { version } } : {},
    progress:
      status === 'waiting'
        ? { phase: 'waiting', judgment: asked }
        : started && at === 0
          ? {
              phase: status === 'held' ? 'held' : 'analysing',
              target: 'eu',
              service: 'checkout',
              release: version,
              weights: isFinal(status) ? { stable: 100 } : weightsAt(weight),
              step: [5, 25, 50].indexOf(weight),
              steps: 3,
              verdict: 'insufficient',
            }
          : null,
  }
}

function eventsOf({ id, createdAt, position, stages, reason, status }: ExecutionDetail): StoredEvent[] {
  const drafts: Omit<StoredEvent, 'execution' | 'sequence' | 'position' | 'at'>[] = [
    { kind: 'execution.status', data: { status: 'running', reason: null } },
    { kind: 'stage.status', stage: stages[0]!.id, data: { status: 'running', reason: null } },
    { kind: 'lock.acquired', stage: stages[0]!.id, data: { target: 'eu', service: 'checkout', fence: 4 } },
    {
      kind: 'weights.changed',
      stage: stages[0]!.id,
      data: { target: 'eu', service: 'checkout', weights: weightsAt(5) },
    },
    { kind: 'canary.look', stage: stages[0]!.id, data: { look: 1, verdict: 'insufficient', reason: 'not enough yet' } },
    {
      kind: 'weights.changed',
      stage: stages[0]!.id,
      data: { target: 'eu', service: 'checkout', weights: weightsAt(25) },
    },
    { kind: 'message.received', data: { message: 'rollback', by: 'ada', reason: 'looks bad' } },
    { kind: 'undo.started', stage: stages[0]!.id, data: { what: 'return all traffic of checkout on eu to 1.7.8' } },
    { kind: 'undo.failed', stage: stages[0]!.id, data: { what: 'remove the canary', error: 'connection refused' } },
    { kind: 'execution.status', data: { status, reason } },
  ]
  const first = position - drafts.length + 1
  return drafts.map((draft, index) => ({
    ...draft,
    execution: id,
    sequence: index + 1,
    position: first + index,
    at: new Date(Date.parse(createdAt) + index * 13_000).toISOString(),
  }))
}

export function analysisOf({ execution, story }: Fixture) {
  if (story === null || story.looks === 0) return { execution: execution.id, stages: [] }
  return reportOf(execution.id, 'canary', story, Date.parse(execution.createdAt))
}

/** The same for the charts: nothing, which the page grows from the analysis. */
export function seriesFixture({ execution }: Fixture) {
  return { execution: execution.id, stage: 'canary', looks: [], at: [], weight: [], metrics: [] }
}
