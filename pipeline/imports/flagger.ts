import type { Imported, Source } from './source.ts'
import { asName, pipelineWith, readSource, release } from './source.ts'

/** A Canary of Flagger as a pipeline with one canary. */
export function importFlagger(documents: readonly unknown[]): Imported {
  const sources = documents.map(readSource)
  const canary = sources.find(source => source.peek('kind') === 'Canary')
  if (canary === undefined) throw new Error('there is no Canary in these files')
  for (const key of ['apiVersion', 'kind', 'metadata', 'status']) canary.ignore(key)
  canary.lose('the target says where it deploys to', 'spec', 'service')
  canary.lose('an autoscaler is the target’s matter', 'spec', 'autoscalerRef')
  canary.lose('the target says where it deploys to', 'spec', 'provider')
  canary.ignore('spec', 'targetRef', 'apiVersion')
  canary.ignore('spec', 'targetRef', 'kind')
  const name = asName(canary.text('spec', 'targetRef', 'name'), 'service')
  const stage = {
    ...{ id: 'canary', type: 'canary', target: 'production', service: name, release },
    ...timeout(canary),
    ...stepsOf(canary),
    analysis: analysisOf(canary),
  }
  return { pipeline: pipelineWith(name, name, [stage]), lost: sources.flatMap(source => source.lost()) }
}

function timeout(canary: Source): { timeout?: string } {
  const seconds = canary.number('spec', 'progressDeadlineSeconds')
  if (seconds !== null)
    canary.lose('it limits a part of the rollout there, and a whole stage here', 'spec', 'progressDeadlineSeconds')
  return {}
}

/** `analysis`, or `canaryAnalysis` as it was called before. */
function analysisAt(canary: Source): string[] {
  return ['spec', canary.peek('spec', 'analysis') === undefined ? 'canaryAnalysis' : 'analysis']
}

function stepsOf(canary: Source) {
  const at = analysisAt(canary)
  const interval = canary.text(...at, 'interval') ?? '1m'
  const listed = canary.take(...at, 'stepWeights')
  const step = canary.number(...at, 'stepWeight')
  const most = canary.number(...at, 'maxWeight') ?? 50
  const climbing = step === null ? [] : Array.from({ length: Math.floor(most / step) }, (_, i) => (i + 1) * step)
  const weights = Array.isArray(listed) ? listed.filter(weight => typeof weight === 'number') : climbing
  const iterations = canary.peek(...at, 'iterations')
  if (typeof iterations === 'number')
    canary.lose('requests by header or cookie are never judged here', ...at, 'iterations')
  const steps = (weights.length === 0 ? [10] : weights)
    .filter(weight => weight > 0 && weight < 100)
    .map(weight => ({ weight, for: interval }))
  return { baseline: steps.some(({ weight }) => weight > 50) ? 'stable' : 'fresh', steps }
}

function analysisOf(canary: Source) {
  const at = analysisAt(canary)
  const metrics: Record<string, unknown>[] = []
  const guardrails: Record<string, unknown>[] = []
  const http: Record<string, unknown> = { preset: 'http' }
  canary.lose('a verdict is statistical here: one bad look is no failed check', ...at, 'threshold')
  for (const index of canary.list(...at, 'metrics').keys()) {
    const metric = [...at, 'metrics', index]
    const name = canary.text(...metric, 'name')
    canary.ignore(...metric, 'interval')
    const least = canary.peek(...metric, 'thresholdRange', 'min')
    const most = canary.peek(...metric, 'thresholdRange', 'max')
    if (name === 'request-success-rate' && typeof least === 'number') {
      canary.ignore(...metric, 'thresholdRange', 'min')
      guardrails.push({ metric: 'errors', above: `${Math.round((100 - least) * 1e6) / 1e6}%`, atLeast: 50 })
    } else if (name === 'request-duration' && typeof most === 'number') {
      canary.ignore(...metric, 'thresholdRange', 'max')
      http.slow = `${most}ms`
    } else {
      canary.lose(`${name ?? 'a metric'} is left out: write it as a metric with a provider of yours`, ...metric)
    }
  }
  metrics.push(http)
  for (const index of canary.list(...at, 'webhooks').keys())
    canary.lose('write it as a gate or a stage: webhook, judgment, run or notify', ...at, 'webhooks', index)
  return { interval: '10s', metrics, guardrails }
}
