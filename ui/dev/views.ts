import type { BreakerView } from '../../api/contract/breakers.ts'
import type { FreezeView } from '../../api/contract/freezes.ts'
import type { LockView, QueueView, TargetView } from '../../api/contract/targets.ts'
import type { TrafficView } from '../../api/contract/traffic.ts'
import { simulated } from './simulation.ts'

/** Made-up answers for the views besides executions; null for an address that none of them has. */
export function operations(path: string, search: URLSearchParams): unknown {
  if (path === '/api/v1/pipelines')
    return { items: [checkout, search_, broken].map(({ text: _, ...summary }) => summary) }
  if (path === '/api/v1/pipelines/checkout') return { ...checkout, ...definitionOf('3f2a91c04b') }
  if (path === '/api/v1/pipelines/broken') return { ...broken, definition: null, definitionHash: null }
  if (path === '/api/v1/targets') return { items: targets }
  if (path === '/api/v1/freezes') return { items: freezes }
  if (path === '/api/v1/quarantine') return { items: quarantine }
  if (path === '/api/v1/locks') return { items: locks, queues }
  if (path === '/api/v1/breakers') return { items: breakers }
  if (/^\/api\/v1\/targets\/\w+\/services\/\w+\/traffic$/.test(path)) return traffic(search)
  if (path === '/api/v1/simulate') return simulated
  if (path === '/api/v1/validate') return { valid: false, problems: broken.problems, name: null }
  return null
}

export function definitionOf(revision: string, older = false) {
  const stages = [
    {
      ...{ id: 'canary', type: 'canary', target: 'eu', service: 'checkout', baseline: 'fresh' },
      ...{
        release: { version: '1.8.0' },
        steps: [5, 25, 50].map(weight => ({ weight, for: 100_000, requires: 'nothing' })),
      },
      analysis: {
        ...{ interval: 10_000, warmUp: 0, delay: 0, judge: { type: 'sequential', falseAlarm: 0.01 } },
        metrics: ['errors', 'slow'].map(name => ({
          ...{ name, kind: 'proportion', margin: { absolute: 0.01 }, critical: true, weight: 1, provider: 'router' },
          ...{ bad: 'x', total: 'y' },
        })),
        guardrails: [{ metric: 'errors', above: 0.25, atLeast: 50 }],
      },
      onVerdict: { fail: 'rollback', insufficient: 'hold', errored: 'rollback' },
    },
    { id: 'approve-us', type: 'judgment', needs: ['canary'], approvals: 2 },
    { id: 'us', type: 'deploy', needs: ['approve-us'], target: 'us', service: 'checkout' },
  ]
  return {
    ...{ revision, definitionHash: older ? 'sha256:older' : 'sha256:fixture' },
    definition: { name: 'checkout', application: 'shop', stages },
    text: older ? text.replace('weight: 25, for: 2m', 'weight: 20, for: 3m') : text,
    inForce: { revision: '3f2a91c04be17d20', text, differs: older },
  }
}

const text = `name: checkout
application: shop
description: Every release meets 5 % of the orders first. # beside a fresh baseline
parameters:
  version: { type: string, pattern: '^\\d+\\.\\d+\\.\\d+$', description: What CI built }
stages:
  - id: canary
    type: canary
    target: eu
    release: { version: '\${{ parameters.version }}', command: [node, app.mjs] }
    steps: [{ weight: 5, for: 1m }, { weight: 25, for: 2m }, { weight: 50, for: 5m }]
`

const checkout = {
  ...{
    name: 'checkout',
    application: 'shop',
    source: 'checkout.yaml',
    revision: 'sha256:3f2a91c04be17d20',
    valid: true,
  },
  description: 'Every release meets 5 % of the orders first, beside a fresh baseline of the old one.',
  problems: [],
  parameters: {
    version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$', description: 'What CI built' },
    region: { type: 'string', enum: ['eu', 'us'], default: 'eu' },
    force: { type: 'boolean', default: false, description: 'Skip the checks of the calendar' },
  },
  stages: [
    { id: 'build-checks', type: 'verify', needs: [] },
    { id: 'canary-eu', type: 'canary', needs: ['build-checks'] },
    { id: 'canary-asia', type: 'canary', needs: ['build-checks'] },
    { id: 'soak', type: 'wait', needs: ['canary-eu', 'canary-asia'] },
    { id: 'approve-us', type: 'judgment', needs: ['soak'] },
    { id: 'us-east', type: 'deploy', needs: ['approve-us'] },
    { id: 'us-west', type: 'deploy', needs: ['approve-us'] },
    { id: 'tell', type: 'notify', needs: ['us-east', 'us-west'] },
  ],
  text,
}

const search_ = { ...checkout, name: 'search', application: 'platform', description: null, source: 'search.yaml' }

const broken = {
  ...checkout,
  ...{ name: 'broken', application: null, description: null, source: 'broken.yaml', valid: false, stages: [] },
  problems: [
    {
      pointer: '/stages/0/steps',
      line: 8,
      column: 11,
      message: 'there is no stage type "canaryy"; did you mean "canary"?',
    },
    { pointer: '/stages/0/target', line: 9, column: 13, message: 'there is no target "eu"; this server has us' },
  ],
}

const targets: TargetView[] = [
  {
    ...{ name: 'eu', type: 'process', environment: 'production', region: 'eu-central' },
    services: [
      {
        ...{ name: 'checkout', url: 'http://127.0.0.1:8080', error: null },
        clusters: [
          { role: 'stable', version: '1.7.8', instances: 4, ready: 4 },
          { role: 'baseline', version: '1.7.8', instances: 1, ready: 1 },
          { role: 'canary', version: '1.8.0', instances: 2, ready: 1 },
        ],
        weights: { stable: 50, baseline: 25, canary: 25 },
      },
      { name: 'search', url: null, clusters: [], weights: {}, error: null },
    ],
  },
  {
    ...{ name: 'us', type: 'kubernetes', environment: 'production', region: null },
    services: [
      { name: 'checkout', url: null, clusters: [], weights: {}, error: 'the target did not answer within 3 s' },
    ],
  },
]

const anHour = 3_600_000
const atHour = (hours: number) => new Date(Date.now() + hours * anHour).toISOString()

const freezes: FreezeView[] = [
  {
    ...{ name: 'quarter-end', reason: 'The books are closed.', timezone: 'Europe/Berlin', state: 'active' },
    scope: { applications: ['payments'], pipelines: [], environments: ['production'], targets: [] },
    ...{ startsAt: atHour(-5), endsAt: atHour(19), createdBy: 'grace', createdAt: atHour(-30), endedBy: null },
  },
]

const quarantine = [
  {
    ...{ application: 'shop', service: 'checkout', version: '1.7.9', execution: 'checkout-3f2a925af6' },
    ...{ reason: 'canary: the critical metric errors failed', since: atHour(-1), until: atHour(167) },
    ...{ releasedAt: null, releasedBy: null },
  },
]

const since = new Date(Date.now() - 190_000).toISOString()
const locks: LockView[] = [
  {
    ...{ target: 'eu', service: 'checkout', fence: 4 },
    holder: { execution: 'checkout-3f2a91c04b', stage: 'canary', since },
    waiting: [{ execution: 'checkout-3f2a923c07', stage: 'canary', since }],
  },
]

const queues: QueueView[] = [
  {
    ...{ pipeline: 'checkout', limit: 1, whenBusy: 'queue' },
    running: [{ execution: 'checkout-3f2a91c04b', stage: null, since }],
    waiting: [{ execution: 'checkout-3f2a923c07', stage: null, since }],
  },
]

const breakers: BreakerView[] = [
  { name: 'prom', type: 'prometheus', state: 'open', since, lastFailure: 'prom did not answer within 10 s' },
  { name: 'router', type: 'process host', state: 'closed', since: null, lastFailure: null },
]

function traffic(_search: URLSearchParams): TrafficView {
  const near = (value: number) => Math.round(value * (0.9 + 0.2 * Math.random()))
  const now = Date.now()
  return {
    ...{ target: 'eu', service: 'checkout', weights: { stable: 50, baseline: 25, canary: 25 }, uncounted: null },
    ...{ from: new Date(now - 10_000).toISOString(), to: new Date(now).toISOString() },
    flows: [
      { role: 'stable', version: '1.7.8', ready: 4, counts: { requests: near(500), failures: 2, median: 12, p99: 87 } },
      {
        role: 'baseline',
        version: '1.7.8',
        ready: 1,
        counts: { requests: near(250), failures: 1, median: 12, p99: 85 },
      },
      {
        role: 'canary',
        version: '1.8.0',
        ready: 1,
        counts: { requests: near(250), failures: near(30), median: 18, p99: 240 },
      },
    ],
  }
}
