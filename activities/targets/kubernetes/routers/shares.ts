import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { roles } from '../../../../pipeline/clusters.ts'
import { Refused } from '../../../failures.ts'
import { type Place, serviceOf } from '../place.ts'

/** Roles with traffic and their shares as whole numbers: percent, or hundredths of it where percent is not enough. */
export function sharesOf(weights: Weights): { role: Role; share: number }[] {
  const named = roles.flatMap(role => ((weights[role] ?? 0) > 0 ? [{ role, share: weights[role]! }] : []))
  if (named.every(({ share }) => Number.isInteger(share))) return named
  return named.map(({ role, share }) => ({ role, share: Math.round(share * 100) }))
}

/** Shares as they were found, in percent; 0 for what is not there. */
export function weightsOf(found: readonly { role: Role; share: number }[]): Weights {
  const total = found.reduce((sum, { share }) => sum + share, 0)
  if (!(total > 0)) return {}
  const weights: Partial<Record<Role, number>> = {}
  for (const { role, share } of found)
    if (share > 0) weights[role] = (weights[role] ?? 0) + Math.round((share / total) * 1e6) / 1e4
  return weights
}

/** The role whose Service has this name, or undefined. */
export function roleOfService(place: Place, service: string): Role | undefined {
  return roles.find(role => serviceOf(place, role) === service)
}

/** Several rules may lead to the service; all of them must do the same. */
export function agreed(place: Place, router: string, found: readonly Weights[]): Weights {
  const [first = {}, ...rest] = found
  if (rest.every(weights => JSON.stringify(weights) === JSON.stringify(first))) return first
  throw new Refused(
    `${place.name}: the rules of ${router} send different shares to its clusters (${found.map(weights => JSON.stringify(weights)).join(' and ')}); somebody edited them by hand; make them equal`,
  )
}
