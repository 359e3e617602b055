import type { Outcome, Situation } from './simulate.ts'
import { batches, counts, series, shares, slowRequests, stableAgainstStable } from './situations.ts'

/** A figure of one simulated situation, and what it must reach. */
export interface Cell {
  name: string
  situation: Situation
  /** Canaries in the full form. */
  canaries: number
  figures: readonly Figure[]
}

export interface Figure {
  what: string
  of(outcome: Outcome): number | null
  atMost?: number
  atLeast?: number
  /** What the original does, as measured; null where it has no such figure. */
  original: number | null
  unit: 'share' | 'looks'
}

const falseAlarms = (original: number | null = null): Figure => ({
  what: 'failed',
  of: outcome => outcome.fail,
  atMost: 0.02,
  original,
  unit: 'share',
})
const detected = (atLeast: number, original: number | null): Figure => ({
  what: 'failed',
  of: outcome => outcome.fail,
  atLeast,
  original,
  unit: 'share',
})
const median = (atMost: number, original: number | null): Figure => ({
  what: 'median stop',
  of: outcome => outcome.medianStop,
  atMost,
  original,
  unit: 'looks',
})

const onePoint = { requests: 500, looks: 60, margin: { absolute: 0.01 } } as const

/** Every requirement on the sequential judge, as a cell. At 2 % false alarms throughout. */
export const cells: readonly Cell[] = [
  ...[0.2, 1, 5].map(
    (rate): Cell => ({
      name: `equal, ${rate} errors a minute, a look a minute for an hour`,
      situation: counts({ baseline: rate, canary: rate }),
      canaries: 10_000,
      figures: [falseAlarms()],
    }),
  ),
  {
    name: 'equal, a series with lag-1 correlation 0.6, a look after each of 60 points',
    situation: series(0.6),
    canaries: 10_000,
    // Measured over twelve looks; more looks would not lower it.
    figures: [falseAlarms(0.36)],
  },
  ...[3, 5, 10].flatMap(dispersion =>
    [1, 5].map(
      (rate): Cell => ({
        name: `equal, ${rate} errors a minute, variance ${dispersion} times the mean`,
        situation: counts({ baseline: rate, canary: rate }, (draw, mean) => draw.negativeBinomial(mean, dispersion)),
        canaries: 10_000,
        figures: [falseAlarms()],
      }),
    ),
  ),
  ...[0.2, 1].map(
    (rate): Cell => ({
      name: `equal, ${rate} batches of 5 to 10 errors a minute`,
      situation: counts({ baseline: rate, canary: rate }, batches),
      canaries: 10_000,
      figures: [falseAlarms()],
    }),
  ),
  ...(
    [
      [0.2, 1, 0.99, 0.31],
      [1, 2, 0.91, 0.37],
      [1, 1.5, 0.3, 0.07],
      [5, 6, 0.22, 0.11],
    ] as const
  ).map(
    ([baseline, canary, atLeast, original]): Cell => ({
      name: `${baseline} → ${canary} errors a minute, within an hour`,
      situation: counts({ baseline, canary }),
      canaries: 4_000,
      figures: [detected(atLeast, original)],
    }),
  ),
  {
    name: 'slow requests 2 % → 3 %, 50 a second a side, a look every 5 s',
    situation: slowRequests({ baseline: 0.02, canary: 0.03 }, { requests: 250, looks: 240 }),
    canaries: 4_000,
    figures: [detected(0.99, null), median(36, 720)],
  },
  {
    name: 'equal, 1 % bad, margin 1 point, 50 requests a second a side, a look every 10 s',
    situation: shares({ baseline: 0.01, canary: 0.01 }, onePoint),
    canaries: 4_000,
    figures: [
      { what: 'passed', of: outcome => outcome.pass, atLeast: 0.99, original: null, unit: 'share' },
      median(12, null),
    ],
  },
  {
    name: 'at the margin, 1 % → 2 % bad, otherwise the same',
    situation: shares({ baseline: 0.01, canary: 0.02 }, onePoint),
    canaries: 10_000,
    figures: [{ what: 'passed', of: outcome => outcome.pass, atMost: 0.02, original: null, unit: 'share' }],
  },
  {
    name: 'stable against stable, 20 metrics, 1,000 looks',
    situation: stableAgainstStable(),
    canaries: 500,
    figures: [falseAlarms()],
  },
]
