import type { MetricConfig } from '../../pipeline/canary/judge.ts'
import { timeToFail, timeToPass } from '../../pipeline/canary/power.ts'
import type { Axis, Chart } from './chart.ts'
import { simulate } from './simulate.ts'
import { counts, shares } from './situations.ts'

const shareAxis = (label: string): Axis => ({
  label,
  from: 0,
  to: 1,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
  scale: 'linear',
  unit: '%',
})

/** The plots of docs/judging.md, by file name. Simulated ones take `canaries` a point. */
export const plots = { power, 'false-alarms': falseAlarms, verdicts, traffic } as const satisfies Record<
  string,
  (canaries: number) => Chart
>

function power(canaries: number): Chart {
  const factors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5]
  return {
    title: 'Found within an hour, a look a minute, at 2 % false alarms',
    x: {
      label: 'errors of the canary, times the baseline',
      from: 1,
      to: 5,
      ticks: [1, 1.5, 2, 3, 4, 5],
      scale: 'log',
      unit: '',
    },
    y: shareAxis('canaries that fail'),
    lines: [
      ...[5, 1, 0.2].map((rate, i) => ({
        label: `baseline of ${rate} errors a minute`,
        points: factors.map(factor => {
          const seen = simulate(counts({ baseline: rate, canary: rate * factor }), canaries, 10 + i)
          return [factor, seen.fail] as const
        }),
      })),
      {
        label: 'the rank test of Kayenta: 5 → 6, 1 → 1.5, 1 → 2, 0.2 → 1',
        dots: true,
        points: [
          [1.2, 0.11],
          [1.5, 0.07],
          [2, 0.37],
          [5, 0.31],
        ],
      },
    ],
  }
}

function falseAlarms(canaries: number): Chart {
  const dispersions = [1, 1.5, 2, 3, 5, 10]
  const line = (dispersion: MetricConfig['dispersion'], label: string) => ({
    label,
    points: dispersions.map((times, i) => {
      const plain = counts({ baseline: 5, canary: 5 }, (draw, mean) =>
        times === 1 ? draw.poisson(mean) : draw.negativeBinomial(mean, times),
      )
      const situation = { ...plain, metrics: plain.metrics.map(metric => ({ ...metric, dispersion })) }
      return [times, simulate(situation, canaries, 20 + i).fail] as const
    }),
  })
  return {
    title: 'Equal canaries that fail within an hour, when errors come in clusters',
    x: { label: 'variance of the counts over their mean', from: 1, to: 10, ticks: dispersions, scale: 'log', unit: '' },
    y: {
      label: 'false alarms',
      from: 0,
      to: 0.6,
      ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
      scale: 'linear',
      unit: '%',
    },
    lines: [
      line('auto', 'dispersion: auto (default)'),
      line('none', 'dispersion: none'),
      line('strict', 'dispersion: strict'),
    ],
    level: { y: 0.02, label: 'configured: 2 %' },
  }
}

function verdicts(canaries: number): Chart {
  const differences = [0, 0.0025, 0.005, 0.0075, 0.01, 0.0125, 0.015]
  const outcomes = differences.map((difference, i) =>
    simulate(
      shares({ baseline: 0.01, canary: 0.01 + difference }, { requests: 500, looks: 60, margin: { absolute: 0.01 } }),
      canaries,
      30 + i,
    ),
  )
  return {
    title: 'Verdicts within ten minutes: 1 % bad, margin 1 point, 50 requests a second a side',
    x: {
      label: 'points by which the canary is worse',
      from: 0,
      to: 0.015,
      ticks: differences,
      scale: 'linear',
      unit: '%',
    },
    y: shareAxis('canaries'),
    lines: [
      { label: 'pass', points: outcomes.map(({ pass }, i) => [differences[i]!, pass] as const) },
      { label: 'fail', points: outcomes.map(({ fail }, i) => [differences[i]!, fail] as const) },
      { label: 'insufficient', points: outcomes.map(({ undecided }, i) => [differences[i]!, undecided] as const) },
    ],
  }
}

function traffic(): Chart {
  const requests = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  const seconds = 10
  const line = (label: string, intervals: (exposure: { baseline: number; canary: number }) => number | null) => ({
    label,
    points: requests.flatMap(rate => {
      const time = intervals({ baseline: rate * seconds, canary: rate * seconds })
      return time === null ? [] : [[rate, (time * seconds) / 60] as const]
    }),
  })
  const assumed = { kind: 'proportion', falseFail: 0.02, falsePass: 0.02 } as const
  const equal = { baseline: 0.01, canary: 0.01 }
  return {
    title: 'Minutes until nine of ten have a verdict (slipway power), a look every 10 s',
    x: { label: 'requests a second, on each side', from: 1, to: 500, ticks: requests, scale: 'log', unit: '' },
    y: { label: 'minutes', from: 0.5, to: 500, ticks: [1, 2, 5, 10, 20, 50, 100, 200, 500], scale: 'log', unit: '' },
    lines: [
      line(
        '1 % → 2 % bad fails',
        exposure => timeToFail({ ...assumed, exposure, rates: { baseline: 0.01, canary: 0.02 } }).nineOfTen,
      ),
      line(
        '1 % → 1.5 % bad fails',
        exposure => timeToFail({ ...assumed, exposure, rates: { baseline: 0.01, canary: 0.015 } }).nineOfTen,
      ),
      line(
        'equal at 1 % passes a margin of 1 point',
        exposure => timeToPass({ ...assumed, exposure, rates: equal, margin: { absolute: 0.01 } })?.nineOfTen ?? null,
      ),
      line(
        'equal at 1 % passes a margin of 50 %',
        exposure => timeToPass({ ...assumed, exposure, rates: equal, margin: { relative: 0.5 } })?.nineOfTen ?? null,
      ),
    ],
  }
}
