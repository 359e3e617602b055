import type { Verdict } from './judge.ts'

/** What the overall verdict needs to know of one metric. */
export interface MetricVerdict {
  name: string
  verdict: Verdict
  critical: boolean
  muted: boolean
  group: string | null
  weight: number
}

/** An overall verdict, and the metric or group it hangs on. */
export interface Overall {
  verdict: Verdict
  reason: string
}

/**
 * One verdict of many, first match wins; muted metrics are left out. It fails closed: making any metric worse
 * (pass → insufficient → errored → fail) never makes the result a pass.
 *
 * 1. fail: a critical metric failed, or the failed ones hold more than half of the non-critical weight of a group;
 * 2. errored: a critical metric errored, or all metrics did;
 * 3. pass: every critical metric passed, those that passed hold more than half of the non-critical weight of every
 *    group, and at least one metric passed;
 * 4. insufficient: anything else, no metrics at all included.
 */
export function overallVerdict(all: readonly MetricVerdict[]): Overall {
  const metrics = all.filter(({ muted }) => !muted)
  const critical = metrics.filter(metric => metric.critical)
  const groups = groupsOf(metrics.filter(metric => !metric.critical))

  const failed = critical.find(({ verdict }) => verdict === 'fail')
  if (failed) return { verdict: 'fail', reason: `the critical metric ${failed.name} failed` }
  const failedGroup = groups.find(group => holdsMajority(group, 'fail'))
  if (failedGroup) return { verdict: 'fail', reason: `${theMetrics(failedGroup, 'fail')} failed` }

  const errored = critical.find(({ verdict }) => verdict === 'errored')
  if (errored) return { verdict: 'errored', reason: `the critical metric ${errored.name} could not be read` }
  if (metrics.length > 0 && metrics.every(({ verdict }) => verdict === 'errored'))
    return { verdict: 'errored', reason: 'no metric could be read' }

  const undecided = critical.find(({ verdict }) => verdict !== 'pass')
  if (undecided) return { verdict: 'insufficient', reason: `the critical metric ${undecided.name} is not decided` }
  const openGroup = groups.find(group => !holdsMajority(group, 'pass'))
  if (openGroup) return { verdict: 'insufficient', reason: undecidedReason(openGroup) }
  if (!metrics.some(({ verdict }) => verdict === 'pass'))
    return { verdict: 'insufficient', reason: 'there is no metric to judge by' }
  return { verdict: 'pass', reason: passReason(critical.length, groups) }
}

type Group = readonly MetricVerdict[]

/** Non-critical metrics by group, in order of appearance; those without a group make one group together. */
function groupsOf(metrics: readonly MetricVerdict[]): Group[] {
  return [...Map.groupBy(metrics, ({ group }) => group).values()]
}

function holdsMajority(group: Group, verdict: Verdict): boolean {
  return weightOf(group.filter(metric => metric.verdict === verdict)) > weightOf(group) / 2
}

function weightOf(group: Group): number {
  return group.reduce((sum, { weight }) => sum + weight, 0)
}

function theMetrics(group: Group, verdict: Verdict): string {
  const names = group.filter(metric => metric.verdict === verdict).map(({ name }) => name)
  return names.length === group.length
    ? names.join(', ')
    : `${names.join(', ')} (more than half of the weight of ${labelOf(group)})`
}

function undecidedReason(group: Group): string {
  const open = group.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name)
  return `${open.join(', ')} did not pass, so not more than half of the weight of ${labelOf(group)} did`
}

function labelOf(group: Group): string {
  const name = group[0]!.group
  return name === null ? 'the metrics without a group' : `the group ${name}`
}

function passReason(critical: number, groups: readonly Group[]): string {
  if (groups.length === 0) return 'every critical metric passed'
  const most = groups.length === 1 ? `more than half of ${labelOf(groups[0]!)}` : 'more than half of every group'
  return critical === 0 ? `${most} passed` : `every critical metric and ${most} passed`
}
