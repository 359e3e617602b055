import { type Role, roles, type Weights } from '../../../../pipeline/clusters.ts'
import { Invalid, Refused } from '../../../failures.ts'

export function onlyTo(role: Role): Weights {
  return { [role]: 100 }
}

export function sameWeights(a: Weights, b: Weights): boolean {
  return roles.every(role => (a[role] ?? 0) === (b[role] ?? 0))
}

interface Receiving {
  name: string
  ready(role: Role): readonly unknown[]
  version(role: Role): string | null
}

/** Refuses weights that do not add up to 100, and any for a cluster that cannot take traffic. */
export function checkWeights(service: Receiving, weights: Weights): void {
  const total = roles.reduce((sum, role) => sum + (weights[role] ?? 0), 0)
  if (!(Math.abs(total - 100) < 1e-6))
    throw new Invalid(`${service.name}: the weights add up to ${total}, not to 100 (${JSON.stringify(weights)})`)
  for (const role of roles) {
    if (!((weights[role] ?? 0) > 0) || service.ready(role).length > 0) continue
    const reason = service.version(role) === null ? 'there is no such cluster' : 'none of its instances is healthy'
    throw new Refused(`${service.name}: ${role} cannot get ${weights[role]} % of the traffic: ${reason}`)
  }
}
