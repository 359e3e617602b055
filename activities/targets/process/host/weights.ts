import { type Role, roles, type Weights } from '../../../../pipeline/clusters.ts'
import { Invalid, Refused } from '../../../failures.ts'
import type { Backends } from './router/backends.ts'

export function onlyTo(role: Role): Weights {
  return { [role]: 100 }
}

export function sameWeights(a: Weights, b: Weights): boolean {
  return roles.every(role => (a[role] ?? 0) === (b[role] ?? 0))
}

/** Refuses weights that do not add up to 100, and any for a cluster that cannot take traffic. */
export function checkWeights(service: string, clusters: Backends, weights: Weights): void {
  const total = roles.reduce((sum, role) => sum + (weights[role] ?? 0), 0)
  if (!(Math.abs(total - 100) < 1e-6))
    throw new Invalid(`${service}: the weights add up to ${total}, not to 100 (${JSON.stringify(weights)})`)
  for (const role of roles) {
    if (!((weights[role] ?? 0) > 0) || clusters.ready(role).length > 0) continue
    const reason = clusters.version(role) === null ? 'there is no such cluster' : 'none of its instances is healthy'
    throw new Refused(`${service}: ${role} cannot get ${weights[role]} % of the traffic: ${reason}`)
  }
}
