import type { MetricConfig } from '../judge.ts'
import { type Arms, isExposed, sumOfArms } from './arms.ts'
import { amountOf } from './config-problems.ts'
import { differenceHarmTest, differenceSafeTest, type Phi } from './difference-test.ts'
import type { DirectionTest } from './direction-test.ts'
import { overDispersion } from './dispersion.ts'
import { averageOf, weakestOf } from './histogram.ts'
import { differenceLimits, type Levels, ratioLimits } from './interval.ts'
import { type EventTest, ratioHarmTest, ratioSafeTest } from './ratio-test.ts'

/** One interval of a metric of events: the arms at each watched bound (one, but for histograms without a threshold). */
export type EventSample = readonly Arms[]

/** Makes tests of one direction of a metric of events; the samples come with the arms already turned to "more is harm". */
export function eventDirection(metric: MetricConfig): () => DirectionTest<EventSample> {
  const watched = metric.kind === 'histogram' && metric.threshold === undefined ? metric.bounds!.length : 1
  const kinds = testsOf(metric)
  const block = metric.block ?? 1

  return () => {
    const harm = Array.from({ length: watched }, kinds.harm)
    const safe = kinds.safe === null ? null : Array.from({ length: watched }, kinds.safe)
    let recent = safe
    const seen: EventSample[] = []
    let waiting: EventSample[] = []

    /** The tests that each block goes to, by bound. */
    let groups = safe === null ? [harm] : [harm, safe]

    function closeBlock(): void {
      const sample = waiting.length === 1 ? waiting[0]! : summed(waiting)
      waiting = []
      seen.push(sample)
      for (const tests of groups) {
        for (let k = 0; k < watched; k++) tests[k]!.add(sample[k]!)
      }
    }
    return {
      add(sample) {
        waiting.push(sample)
        if (waiting.length >= block) closeBlock()
      },
      harm: averageOf(harm),
      safe: safe && weakestOf(safe),
      safeSinceRestart: () => recent && weakestOf(recent),
      restart() {
        if (safe === null || kinds.safe === null) return
        // A block must not reach over two steps: their traffic differs, and the new one's pass is its own.
        if (waiting.length > 0) closeBlock()
        recent = Array.from({ length: watched }, kinds.safe)
        groups = [harm, safe, recent]
      },
      limits(levels, decided) {
        const bound = decided === 'harm' || recent === null ? strongest(harm) : weakest(recent)
        const limits = limitsOf(
          metric,
          seen.map(sample => sample[bound]!),
          levels,
        )
        return { ...limits, bound: watched === 1 ? (metric.threshold ?? null) : metric.bounds![bound]! }
      },
    }
  }
}

function summed(samples: readonly EventSample[]): EventSample {
  return samples[0]!.map((_, k) => sumOfArms(samples.map(sample => sample[k]!)))
}

/** The tests a metric's settings ask for. */
function testsOf(metric: MetricConfig): { harm: () => EventTest; safe: (() => EventTest) | null } {
  const dispersion = metric.dispersion ?? 'auto'
  const { failAbove, margin } = metric
  const allowed = failAbove === undefined ? 0 : amountOf(failAbove)
  const harm =
    allowed > 0 && 'absolute' in failAbove!
      ? differenceHarmTest(allowed, phiOf(metric))
      : ratioHarmTest(1 + allowed, dispersion)
  if (margin === undefined) return { harm, safe: null }
  if ('relative' in margin) return { harm, safe: ratioSafeTest(1 + margin.relative, dispersion) }
  return { harm, safe: differenceSafeTest(margin.absolute, armsKind(metric), phiOf(metric)) }
}

/** A histogram's share above a bound is a proportion. */
function armsKind(metric: MetricConfig): 'count' | 'proportion' {
  return metric.kind === 'count' ? 'count' : 'proportion'
}

/** How quasi-Poisson likelihoods are tempered: as measured, unless the metric says how. */
function phiOf({ dispersion }: MetricConfig): Phi {
  if (dispersion === 'none') return 1
  return typeof dispersion === 'number' ? dispersion : 'measured'
}

function limitsOf(metric: MetricConfig, all: readonly Arms[], levels: Levels) {
  const given = phiOf(metric)
  const exposed = all.filter(isExposed)
  const phi = given === 'measured' ? overDispersion(exposed) : given
  if (scaleOf(metric) === 'ratio') return ratioLimits(exposed, phi, levels)
  return differenceLimits(exposed, { kind: armsKind(metric), phi, levels })
}

/** Absolute margins are differences; everything else is a ratio, but for series, which have no rate. */
export function scaleOf({ kind, margin, failAbove }: MetricConfig): 'ratio' | 'difference' {
  const form = margin ?? (failAbove !== undefined && amountOf(failAbove) > 0 ? failAbove : undefined)
  if (form === undefined) return kind === 'series' ? 'difference' : 'ratio'
  return 'absolute' in form ? 'difference' : 'ratio'
}

function strongest(tests: readonly EventTest[]): number {
  return indexOfLargest(tests.map(test => test.logE()))
}

function weakest(tests: readonly EventTest[]): number {
  return indexOfLargest(tests.map(test => -test.logE()))
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, k) => (value > values[best]! ? k : best), 0)
}
