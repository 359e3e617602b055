import type { Interval, MetricConfig, MetricJudgment, Verdict } from '../judge.ts'
import { type DataRecord, emptyRecord, isCanaryPresent } from './data-rules.ts'
import type { DirectionTest } from './direction-test.ts'
import { logThreshold } from './e-value.ts'
import { eventDirection } from './event-direction.ts'
import { metricJudgment } from './metric-judgment.ts'
import { eventReader, type MetricReader, type Sample, seriesReader } from './metric-reader.ts'
import { seriesDirection } from './series-direction.ts'

/** One metric over the looks of a run. */
export interface MetricTrack {
  look(interval: Interval): void
  /** A new step asks for a pass of its own. */
  restart(): void
  verdict(last: boolean): Verdict
  judgment(last: boolean): MetricJudgment
}

/** Chances of error of one metric, as fractions. */
export interface Budgets {
  falseFail: number
  falsePass: number
}

/** Harm in one direction, with its name and its part of the budget. */
export interface Direction<T> {
  side: keyof Sample<T>
  test: DirectionTest<T>
}

/** How many intervals a pass needs, unless the metric says otherwise. */
const defaultMinIntervals = 5

/** Makes tracks of one metric; they share tables of likelihoods, so that many runs of one configuration are fast. */
export function metricTrack(metric: MetricConfig, budgets: Budgets): () => MetricTrack {
  if (metric.kind === 'series') {
    const start = seriesDirection(metric)
    return () => createTrack(metric, budgets, { reader: seriesReader(metric), directions: directionsOf(metric, start) })
  }
  const start = eventDirection(metric)
  return () => createTrack(metric, budgets, { reader: eventReader(metric), directions: directionsOf(metric, start) })
}

/** `either` looks both ways. */
function directionsOf<T>(metric: MetricConfig, start: () => DirectionTest<T>): Direction<T>[] {
  const sides = { increase: ['up'], decrease: ['down'], either: ['up', 'down'] } as const
  return sides[metric.direction ?? 'increase'].map(side => ({ side, test: start() }))
}

interface Parts<T> {
  reader: MetricReader<T>
  directions: readonly Direction<T>[]
}

function createTrack<T>(metric: MetricConfig, budgets: Budgets, { reader, directions }: Parts<T>): MetricTrack {
  const minIntervals = metric.minIntervals ?? defaultMinIntervals
  // Both directions of `either` may fail it, so each has half of the budget; a pass needs both, so β is not split.
  const falseFail = budgets.falseFail / directions.length
  const toFail = logThreshold(falseFail)
  const toPass = logThreshold(budgets.falsePass)
  const data = emptyRecord()
  let current: Verdict = 'insufficient'
  let failed: MetricJudgment | null = null

  const report = (verdict: Verdict, failing: Direction<T> | null) =>
    metricJudgment({
      metric,
      verdict,
      failing,
      directions,
      reader,
      data,
      minIntervals,
      falseFail,
      falsePass: budgets.falsePass,
    })

  function decide(): void {
    if (isReadable(data, minIntervals) && directions.every(({ test }) => test.safeSinceRestart()?.reaches(toPass))) {
      current = 'pass'
      return
    }
    // Shown worse, but shown to be within the margin, is no failure.
    const failing = directions.find(({ test }) => test.harm.reaches(toFail) && !test.safe?.reaches(toPass))
    current = failing ? 'fail' : 'insufficient'
    if (failing) failed = report('fail', failing)
  }

  function verdict(last: boolean): Verdict {
    return last && current === 'insufficient' && isUnreadable(data) ? 'errored' : current
  }

  return {
    look(interval) {
      // A fail is final: what comes later cannot take it back, nor change its numbers.
      if (failed) return
      const sample = reader.read(interval, data)
      if (sample) {
        data.usable += 1
        for (const { side, test } of directions) test.add(sample[side])
      }
      decide()
    },
    restart() {
      data.usable = 0
      for (const { test } of directions) test.restart()
    },
    verdict,
    judgment: last => failed ?? report(verdict(last), null),
  }
}

/** Whether the data allow a pass at this look. */
function isReadable(data: DataRecord, minIntervals: number): boolean {
  return data.usable >= minIntervals && data.unreadable === null && isCanaryPresent(data)
}

/** Whether at the end the answer is "could not tell" rather than "not enough". */
function isUnreadable(data: DataRecord): boolean {
  return data.unreadable !== null || (data.usable === 0 && data.everUnreadable)
}
