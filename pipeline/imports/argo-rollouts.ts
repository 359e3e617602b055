import type { Imported, Lost, Source } from './source.ts'
import { asName, pipelineWith, readSource, release } from './source.ts'

/** A Rollout of Argo Rollouts as a pipeline; AnalysisTemplates beside it give the metrics. */
export function importArgoRollouts(documents: readonly unknown[]): Imported {
  const sources = documents.map(readSource)
  const rollout = sources.find(source => source.peek('kind') === 'Rollout')
  if (rollout === undefined) throw new Error('there is no Rollout in these files')
  const templates = sources.filter(source => /AnalysisTemplate$/.test(String(source.peek('kind'))))
  for (const source of sources) for (const key of ['apiVersion', 'kind', 'metadata', 'status']) source.ignore(key)
  for (const key of ['selector', 'revisionHistoryLimit']) rollout.ignore('spec', key)
  rollout.lose('what runs is the target’s and the release’s matter here', 'spec', 'template')
  rollout.lose('what runs is the target’s and the release’s matter here', 'spec', 'workloadRef')
  const name = asName(String(rollout.peek('metadata', 'name') ?? ''), 'rollout')
  const place = { target: 'production', service: name, release }
  const isBlueGreen = rollout.peek('spec', 'strategy', 'blueGreen') !== undefined
  const stages = isBlueGreen ? blueGreen(rollout, place) : canary(rollout, place, templates)
  const lost: Lost[] = sources.flatMap(source => source.lost())
  return { pipeline: pipelineWith(name, name, stages), lost }
}

type Place = Readonly<Record<string, unknown>>

function blueGreen(rollout: Source, place: Place): Place[] {
  const at = ['spec', 'strategy', 'blueGreen']
  const manual = rollout.take(...at, 'autoPromotionEnabled') === false
  for (const key of ['activeService', 'previewService']) rollout.ignore(...at, key)
  const delay = rollout.number(...at, 'scaleDownDelaySeconds')
  const replicas = rollout.number('spec', 'replicas')
  const deploy = {
    ...{ id: 'deploy', type: 'deploy', ...place, strategy: 'blue-green' },
    ...(replicas === null ? {} : { instances: replicas }),
    ...(manual ? { switch: 'later' } : {}),
    ...(delay === null || manual ? {} : { bake: `${delay}s` }),
  }
  if (!manual) return [deploy]
  const approve = { id: 'approve', type: 'judgment', instructions: 'Look at the preview.' }
  return [deploy, approve, { id: 'switch', type: 'promote', target: place.target, service: place.service }]
}

function canary(rollout: Source, place: Place, templates: readonly Source[]): Place[] {
  const at = ['spec', 'strategy', 'canary']
  rollout.lose('instances of a service are the target’s matter; a deploy stage can set them', 'spec', 'replicas')
  rollout.lose('traffic is the target’s matter here', ...at, 'trafficRouting')
  for (const key of ['canaryService', 'stableService']) rollout.ignore(...at, key)
  const steps: { weight: number; for: string }[] = []
  for (const index of rollout.list(...at, 'steps').keys()) {
    const step = [...at, 'steps', index]
    const weight = rollout.peek(...step, 'setWeight')
    if (typeof weight === 'number') {
      rollout.ignore(...step)
      if (weight > 0 && weight < 100) steps.push({ weight, for: '1m' })
    } else if (rollout.peek(...step, 'pause') !== undefined) {
      pause(rollout, step, steps.at(-1))
    } else if (rollout.peek(...step, 'analysis') !== undefined) {
      rollout.lose('a canary is judged at every look here, not at one step', ...step)
    }
  }
  const metrics = templates.flatMap(template =>
    template.list('spec', 'metrics').flatMap((_, i) => metricOf(template, i)),
  )
  rollout.lose('a canary is judged at every look here', ...at, 'analysis')
  if (steps.length === 0) steps.push({ weight: 20, for: '10m' })
  const analysis = {
    interval: '30s',
    metrics: metrics.length > 0 ? metrics.map(({ metric }) => metric) : [{ preset: 'http' }],
    guardrails: metrics.flatMap(({ guardrail }) => guardrail ?? []),
  }
  const baseline = steps.some(({ weight }) => weight > 50) ? 'stable' : 'fresh'
  return [{ id: 'canary', type: 'canary', ...place, baseline, steps, analysis }]
}

function pause(rollout: Source, step: (string | number)[], last: { for: string } | undefined): void {
  const duration = rollout.peek(...step, 'pause', 'duration')
  const text = typeof duration === 'number' ? `${duration}s` : typeof duration === 'string' ? duration : null
  if (text === null) {
    rollout.lose('a pause without end: pause the run, or put a judgment before the canary', ...step)
    return
  }
  rollout.ignore(...step)
  if (last !== undefined) last.for = /^\d+$/.test(text) ? `${text}s` : text
}

function metricOf(template: Source, index: number): { metric: Place; guardrail: Place | null }[] {
  const at = ['spec', 'metrics', index]
  const name = asName(template.text(...at, 'name'), `metric-${index}`)
  const query = template.text(...at, 'provider', 'prometheus', 'query')
  if (query === null) {
    template.lose(`${name} is left out: only Prometheus is carried over`, ...at)
    return []
  }
  const address = 'the address is the server’s configuration here: metrics: { prometheus: { type: prometheus, url } }'
  template.lose(address, ...at, 'provider', 'prometheus', 'address')
  const condition = template.peek(...at, 'successCondition')
  const limit = typeof condition === 'string' ? /^result(?:\[0\])?\s*<=?\s*([\d.]+)$/.exec(condition.trim()) : null
  const isFloor = typeof condition === 'string' && />/.test(condition)
  if (limit !== null) template.ignore(...at, 'successCondition')
  else template.lose('a floor for one value: here the canary is compared with the baseline', ...at, 'successCondition')
  const escaped = query.trim().replaceAll('{{args.', '{{ args.')
  if (/\{\{/.test(escaped))
    template.lose(`in the query of ${name}: put \${{ selector }} where the arguments chose the canary`, 'spec', 'args')
  const metric = {
    ...{ name, kind: 'series', direction: isFloor ? 'decrease' : 'increase', critical: true, provider: 'prometheus' },
    query: escaped.replace(/\{\{\s*args\.([\w-]+)\s*\}\}/g, 'ARGUMENT-$1'),
  }
  return [{ metric, guardrail: limit === null ? null : { metric: name, above: Number(limit[1]), atLeast: 3 } }]
}
