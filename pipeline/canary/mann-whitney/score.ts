import type { RankLabel } from './classify.ts'
import { groupOrder, mapOrder } from './hash-order.ts'
import { roundHalfUp } from './round-half-up.ts'

/** What scoring needs of one judged metric; muted ones are left out before. */
export interface Scored {
  label: RankLabel
  reason: string | null
  critical: boolean
  /** A metric counts in each; one that is named twice counts twice. */
  groups: readonly string[]
}

export interface Thresholds {
  pass: number
  marginal: number
}

export interface Score {
  score: number
  classification: 'Pass' | 'Marginal' | 'Fail'
  reason: string
  groups: GroupScore[]
}

export interface GroupScore {
  name: string
  /** Share of the counted metrics that pass, 0 to 100; 0 without any. */
  score: number
  /** Nothing in the group was counted. The weighted sum takes it for a full score: a defect of the original. */
  noData: boolean
}

/**
 * Scores judged metrics, in their order, as `NetflixACAJudge-v1.0` does.
 *
 * A critical failure or half of the metrics without data give 0. Else the groups' scores are weighted: `weights` are
 * percentages and are not normalised; groups without one share what is left to 100, which may be less than nothing.
 */
export function score(results: readonly Scored[], weights: ReadonlyMap<string, number>, thresholds: Thresholds): Score {
  const groups = groupScores(results)
  const failure = failureOf(results)
  const total = failure === null ? roundHalfUp(weightedSum(groups, weights)) : 0
  return { score: total, classification: classification(total, thresholds), reason: failure ?? '', groups }
}

/** A NaN score or threshold never passes. */
function classification(total: number, thresholds: Thresholds): Score['classification'] {
  if (total >= thresholds.pass) return 'Pass'
  return total >= thresholds.marginal ? 'Marginal' : 'Fail'
}

function groupScores(results: readonly Scored[]): GroupScore[] {
  const labels = new Map<string, RankLabel[]>()
  for (const result of results) {
    for (const name of result.groups) {
      const known = labels.get(name)
      if (known) known.push(result.label)
      else labels.set(name, [result.label])
    }
  }
  return groupOrder([...labels.keys()]).map(name => groupScore(name, labels.get(name)!))
}

function groupScore(name: string, labels: readonly RankLabel[]): GroupScore {
  const counted = labels.filter(label => label !== 'Nodata' && label !== 'Error').length
  if (counted === 0) return { name, score: 0, noData: true }
  const passed = labels.filter(label => label === 'Pass').length
  return { name, score: (passed / counted) * 100, noData: false }
}

function failureOf(results: readonly Scored[]): string | null {
  const critical = results.find(result => result.critical && result.label !== 'Pass')
  if (critical) return `Canary Failed: ${critical.reason}`
  const withoutData = results.filter(result => result.label === 'Nodata').length
  // No results at all: 0/0 is NaN, and NaN is not "half or more".
  if ((withoutData / results.length) * 100 >= 50) return 'Canary Failed: 50% or more metrics returned NODATA'
  return null
}

function weightedSum(groups: readonly GroupScore[], weights: ReadonlyMap<string, number>): number {
  let given = 0
  for (const name of mapOrder([...weights.keys()])) given += weights.get(name)!
  const shared = groups.filter(group => !weights.has(group.name)).length
  const share = (100 - given) / shared

  let sum = 0
  for (const group of groups) {
    const weight = weights.get(group.name) ?? share
    sum += (group.noData ? 100 : group.score) * (weight / 100)
  }
  return sum
}
