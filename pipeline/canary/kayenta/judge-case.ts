import { type KayentaCase, type KayentaMetric, type KayentaPair, kayentaCase } from '../../schema/kayenta.ts'
import { classify, type RankClassification, type RankPath } from '../mann-whitney/classify.ts'
import { type JavaRandom, javaRandom } from '../mann-whitney/java-random.ts'
import { score } from '../mann-whitney/score.ts'
import { seedOf } from '../mann-whitney/seed.ts'
import { type Description, describe } from '../mann-whitney/statistics.ts'
import { withoutNan, withoutOutliers } from '../mann-whitney/transform.ts'
import { CaseError } from './case-error.ts'
import { fromJsonNumber, type JsonNumber, jsonNumber } from './json-number.ts'
import { readSettings } from './settings.ts'

export interface KayentaJudgment {
  id: unknown
  score: { score: JsonNumber; classification: 'Pass' | 'Marginal' | 'Fail'; classificationReason: string }
  /** In the order in which the original adds them up. Groups that occur in an unmuted metric only. */
  groupScores: { name: string; score: JsonNumber }[]
  /** One a pair, in order. `ratio` is null after an `Error`. */
  results: KayentaResult[]
  /** One a pair, in order. What the comparison came to; null where nothing was compared. */
  diagnostics: KayentaDiagnostics[]
}

export interface KayentaResult {
  name: string
  id: string | null
  classification: RankClassification['label']
  classificationReason: string | null
  critical: boolean
  muted: boolean
  groups: readonly string[] | null
  ratio: JsonNumber | null
  experimentStats: Record<keyof Description, JsonNumber>
  controlStats: Record<keyof Description, JsonNumber>
}

export interface KayentaDiagnostics {
  name: string
  path: RankPath
  noise: boolean
  lower: JsonNumber | null
  upper: JsonNumber | null
  estimate: JsonNumber | null
  deviation: JsonNumber | null
  effectSize: JsonNumber | null
  bound: JsonNumber | null
}

/**
 * Judges a case in Kayenta's form as `NetflixACAJudge-v1.0` does. Throws `CaseError` where the original stops.
 *
 * The original's noise is random; ours is drawn from `seed` (one generator a case, in the order of the pairs), or, when
 * there is none, anew for each pair from what it holds: the same case always gets the same answer.
 */
export function judgeKayentaCase(json: unknown): KayentaJudgment {
  const input = parse(json)
  const shared = input.seed === undefined ? undefined : javaRandom(input.seed)
  const metrics = byName(input.canaryConfig.metrics)
  const pairs = input.metricSetPairs.map((pair, index) => judgePair(pair, ['metricSetPairs', index], metrics, shared))
  const unmuted = pairs.filter(pair => !pair.muted)
  const total = score(
    unmuted.map(({ classification: { label, reason, critical }, groups }) => ({
      label,
      reason,
      critical,
      groups: groups ?? [],
    })),
    new Map(Object.entries(input.canaryConfig.classifier.groupWeights)),
    input.thresholds,
  )
  return {
    id: input.id ?? null,
    score: {
      score: jsonNumber(total.score),
      classification: total.classification,
      classificationReason: total.reason,
    },
    groupScores: total.groups.map(group => ({ name: group.name, score: jsonNumber(group.score) })),
    results: pairs.map(result),
    diagnostics: pairs.map(diagnostics),
  }
}

function parse(json: unknown): KayentaCase {
  const parsed = kayentaCase.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new CaseError(issue.message, issue.path)
}

type Path = readonly (string | number)[]

interface JudgedPair {
  name: string
  id: string | null
  muted: boolean
  groups: readonly string[] | null
  classification: RankClassification
  experiment: Description
  control: Description
}

interface Placed {
  metric: KayentaMetric
  at: Path
}

/** Of metrics with one name only the first is ever looked at. */
function byName(metrics: readonly KayentaMetric[]): Map<string | null, Placed> {
  const placed = new Map<string | null, Placed>()
  for (const [index, metric] of metrics.entries()) {
    if (!placed.has(metric.name)) placed.set(metric.name, { metric, at: ['canaryConfig', 'metrics', index] })
  }
  return placed
}

function judgePair(
  pair: KayentaPair,
  at: Path,
  metrics: ReadonlyMap<string | null, Placed>,
  shared: JavaRandom | undefined,
): JudgedPair {
  const placed = metrics.get(pair.name)
  if (!placed) throw new CaseError(`no metric named ${JSON.stringify(pair.name)} in canaryConfig`, [...at, 'name'])
  const { metric, at: metricAt } = placed
  const settings = readSettings(metric.analysisConfigurations, metricAt)
  const groups = groupsOf(metric, settings.muted, [...metricAt, 'groups'])

  const side = (name: 'experiment' | 'control') => {
    const values = numbers(pair.values[name], [...at, 'values', name])
    return withoutOutliers(withoutNan(values, settings.nanStrategy), settings.outlierFactor)
  }
  const sides = { experiment: side('experiment'), control: side('control') }
  const random = () => shared ?? javaRandom(seedOf(`${pair.name}\n${pair.id}`, sides.experiment, sides.control))
  return {
    name: pair.name,
    id: pair.id,
    muted: settings.muted,
    groups,
    classification: classify(pair.name, sides, settings, random),
    experiment: describe(sides.experiment),
    control: describe(sides.control),
  }
}

/** Groups are looked at when scoring: those of a muted metric may be missing. */
function groupsOf(metric: KayentaMetric, muted: boolean, at: Path): readonly string[] | null {
  if (metric.groups === null && !muted) throw new CaseError('groups is missing; give a list, it may be empty', at)
  return metric.groups
}

function numbers(values: readonly unknown[], at: Path): Float64Array {
  const result = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = fromJsonNumber(values[i])
    if (value === undefined) {
      throw new CaseError('a data point must be a number, null, "NaN", "Infinity" or "-Infinity"', [...at, i])
    }
    result[i] = value
  }
  return result
}

function result(pair: JudgedPair): KayentaResult {
  const { label, reason, critical, ratio } = pair.classification
  return {
    name: pair.name,
    id: pair.id,
    classification: label,
    classificationReason: reason,
    critical,
    muted: pair.muted,
    groups: pair.groups,
    ratio: ratio === null ? null : jsonNumber(ratio),
    experimentStats: described(pair.experiment),
    controlStats: described(pair.control),
  }
}

function described({ count, min, max, mean, std }: Description): KayentaResult['controlStats'] {
  return { count, min: jsonNumber(min), max: jsonNumber(max), mean: jsonNumber(mean), std: jsonNumber(std) }
}

function diagnostics({ name, classification: { path, noise, comparison } }: JudgedPair): KayentaDiagnostics {
  if (comparison === null) {
    return {
      name,
      path,
      noise,
      lower: null,
      upper: null,
      estimate: null,
      deviation: null,
      effectSize: null,
      bound: null,
    }
  }
  const { lower, upper, estimate, deviation, effectSize, bound } = comparison
  return {
    name,
    path,
    noise,
    lower: jsonNumber(lower),
    upper: jsonNumber(upper),
    estimate: jsonNumber(estimate),
    deviation: jsonNumber(deviation),
    effectSize: jsonNumber(effectSize),
    bound: jsonNumber(bound),
  }
}
