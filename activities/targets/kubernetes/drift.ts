import type { V1Deployment } from '@kubernetes/client-node'
import type { Role } from '../../../pipeline/clusters.ts'
import { roles, type Weights } from '../../../pipeline/clusters.ts'
import type { Release } from '../../../pipeline/release.ts'
import type { Difference } from '../drift.ts'
import type { Deployments } from './clusters.ts'
import { annotationOf } from './objects.ts'
import { deploymentOf, type Place } from './place.ts'
import { containerOf, imageOf } from './template.ts'

/** What Slipway wrote of a service and what is there now, without what the configuration says to ignore. */
export function driftOf(
  place: Place,
  { deployments, weights, applied }: { deployments: Deployments; weights: Weights; applied: Weights },
): Difference[] {
  const ofClusters = roles.flatMap(role => clusterDrift(place, role, deployments.get(role), applied))
  const all = [...ofClusters, ...weightDrift(place, weights, applied)]
  return all.filter(({ field }) => !place.settings.ignoreDrift.some(rule => covers(rule, field)))
}

function clusterDrift(place: Place, role: Role, deployment: V1Deployment | undefined, applied: Weights): Difference[] {
  const object = `Deployment ${deploymentOf(place, role)}`
  if (deployment === undefined) {
    if (!((applied[role] ?? 0) > 0)) return []
    return [{ object, field: 'existence', applied: 'there', found: null }]
  }
  const written = annotationOf(deployment, 'release')
  if (written === null) return []
  const release = JSON.parse(written) as Release
  const container = containerOf(place, deployment.spec!.template)
  const image = annotationOf(deployment, 'image') ?? imageOf(place, release)
  const command = release.command === undefined ? [] : [['command', release.command, container.command] as const]
  const env = Object.entries(release.env ?? {}).map(([name, value]) => {
    const found = container.env?.find(one => one.name === name)
    return [`env.${name}`, value, found?.value ?? (found?.valueFrom ? 'from elsewhere' : null)] as const
  })
  return [['image', image, container.image ?? null] as const, ...command, ...env].flatMap(([field, wanted, found]) =>
    JSON.stringify(wanted) === JSON.stringify(found)
      ? []
      : [{ object, field, applied: shown(wanted), found: shown(found ?? null) }],
  )
}

/** Nothing is told of weights before Slipway has set any. */
function weightDrift(place: Place, weights: Weights, applied: Weights): Difference[] {
  if (Object.keys(applied).length === 0) return []
  const object = `router of ${place.service}`
  return roles.flatMap(role => {
    const [wanted, found] = [applied[role] ?? 0, weights[role] ?? 0]
    if (Math.abs(wanted - found) < 0.01) return []
    return [{ object, field: `weights.${role}`, applied: `${wanted} %`, found: `${found} %` }]
  })
}

/** `env` covers `env.COLOUR`. */
function covers(rule: string, field: string): boolean {
  return field === rule || field.startsWith(`${rule}.`)
}

function shown(value: string | readonly string[] | null): string | null {
  return value === null || typeof value === 'string' ? value : value.join(' ')
}
