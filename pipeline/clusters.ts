/**
 * A cluster is one role of a service on a target. `previous` is the old stable version kept warm after a promotion;
 * `preview` is a new version that gets no live traffic yet.
 */
export const roles = ['stable', 'baseline', 'canary', 'preview', 'previous'] as const

export type Role = (typeof roles)[number]

/** Percent of live traffic per cluster; the values add up to 100. A role that is not named gets none. */
export type Weights = Readonly<Partial<Record<Role, number>>>

/** Instances for a share of the traffic that this many stable instances carry. */
export function capacityAt(weight: number, stableInstances: number): number {
  return Math.max(1, Math.ceil((weight * stableInstances) / 100))
}
