import type { Imported, Source } from './source.ts'
import { asName, pipelineWith, readSource, release } from './source.ts'

/** A canary config of Kayenta (or the `canaryConfig` with `scoreThresholds` of a stage) as a pipeline with one canary. */
export function importKayenta(document: unknown): Imported {
  const source = readSource(document)
  const prefix = source.peek('canaryConfig') === undefined ? [] : ['canaryConfig']
  for (const key of ['id', 'createdTimestamp', 'createdTimestampIso', 'updatedTimestamp', 'updatedTimestampIso'])
    source.ignore(...prefix, key)
  source.ignore(...prefix, 'configVersion')
  source.ignore(...prefix, 'judge', 'name')
  const name = asName(source.text(...prefix, 'name'), 'canary')
  const application = asName(String(source.take(...prefix, 'applications', 0) ?? ''), name)
  const description = source.text(...prefix, 'description')
  const metrics = source.list(...prefix, 'metrics').flatMap((_, index): Metric[] => {
    const metric = metricOf(source, [...prefix, 'metrics', index])
    return metric === null ? [] : [metric]
  })
  groupWeights(source, [...prefix, 'classifier', 'groupWeights'], metrics)
  const thresholds = ['scoreThresholds', 'thresholds'].find(key => source.peek(key) !== undefined)
  const pass = thresholds === undefined ? null : source.number(thresholds, 'pass')
  const marginal = thresholds === undefined ? null : source.number(thresholds, 'marginal')
  const stage = {
    id: 'canary',
    type: 'canary',
    target: 'production',
    service: application,
    release,
    baseline: 'fresh',
    steps: [{ weight: 10, for: '1h' }],
    analysis: {
      interval: '1m',
      judge: { type: 'mann-whitney', pass: pass ?? 95, marginal: marginal ?? 75 },
      metrics,
    },
  }
  const pipeline = pipelineWith(name, application, [stage])
  return { pipeline: description ? { ...pipeline, description } : pipeline, lost: source.lost() }
}

type Metric = Record<string, unknown>

function metricOf(source: Source, at: (string | number)[]): Metric | null {
  const name = asName(source.text(...at, 'name'), `metric-${String(at.at(-1))}`)
  const query = queryOf(source, at)
  if (query === null) {
    source.lose(`${name} is left out: its query is not Prometheus; write one for a metric provider of yours`, ...at)
    return null
  }
  source.ignore(...at, 'scopeName')
  const canary = [...at, 'analysisConfigurations', 'canary']
  const direction = source.text(...canary, 'direction')
  const group = source.text(...at, 'groups', 0)
  source.lose('a metric is in one group here; the first one counts', ...at, 'groups', 1)
  source.lose('what has no data never passes here', ...canary, 'mustHaveData')
  source.lose('no data is no data here', ...canary, 'nanStrategy')
  return {
    name,
    kind: 'series',
    ...(direction === null ? {} : { direction }),
    ...(source.take(...canary, 'critical') === true ? { critical: true } : {}),
    ...(source.take(...canary, 'muted') === true ? { muted: true } : {}),
    ...(group === null ? {} : { group: asName(group, 'group') }),
    provider: 'prometheus',
    query,
  }
}

function queryOf(source: Source, at: (string | number)[]): string | null {
  if (source.peek(...at, 'query', 'type') !== 'prometheus') return null
  source.ignore(...at, 'query', 'type')
  source.ignore(...at, 'query', 'serviceType')
  const metric = source.text(...at, 'query', 'metricName')
  const template = source.peek(...at, 'query', 'customInlineTemplate')
  if (metric === null || typeof template === 'string') return null
  const labels = source.take(...at, 'query', 'labelBindings')
  const bindings = Array.isArray(labels) ? labels.filter(label => typeof label === 'string') : []
  const selector = ['${{ selector }}', ...bindings].join(', ')
  return `avg(avg_over_time(${metric}{${selector}}[\${{ window }}]))`
}

/** A group's weight is that of its metrics together. */
function groupWeights(source: Source, at: (string | number)[], metrics: readonly Metric[]): void {
  const groups = new Set(metrics.map(({ group }) => group))
  const weights = source.peek(...at)
  if (typeof weights !== 'object' || weights === null) return
  for (const name of Object.keys(weights)) {
    const known = groups.has(asName(name, 'group'))
    if (known) source.lose('every metric weighs the same within its group; give weights to the metrics', ...at, name)
    else source.lose('no metric that was carried over is in this group', ...at, name)
  }
}
