import type { V1Deployment } from '@kubernetes/client-node'
import type { Owner } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { Refused } from '../../failures.ts'
import type { Place } from './place.ts'

interface Marks {
  is(labels: Marked, annotations: Marked): boolean
  called: string
}

type Marked = Readonly<Record<string, string>>

/** How those that would undo a promotion mark what they own. */
const owners = {
  'argo-cd': {
    called: 'Argo CD',
    is: (labels, annotations) =>
      'argocd.argoproj.io/instance' in labels || 'argocd.argoproj.io/tracking-id' in annotations,
  },
  flux: {
    called: 'Flux',
    is: labels => 'kustomize.toolkit.fluxcd.io/name' in labels || 'helm.toolkit.fluxcd.io/name' in labels,
  },
  helm: {
    called: 'Helm',
    is: (labels, annotations) =>
      labels['app.kubernetes.io/managed-by'] === 'Helm' || 'meta.helm.sh/release-name' in annotations,
  },
} satisfies Record<Owner, Marks>

/** Refuses to change the user's Deployment unless that was allowed and nobody would change it back. */
export function checkAdoption(place: Place, deployment: V1Deployment): void {
  const { adopt, ignoreOwners } = place.settings
  const { labels = {}, annotations = {} } = deployment.metadata ?? {}
  const name = deployment.metadata?.name
  if (!adopt)
    throw new Refused(
      `${place.name}: Deployment ${name} is not changed without being asked; set "adopt: true" on the service to let Slipway promote releases to it`,
    )
  for (const [owner, { called, is }] of Object.entries(owners)) {
    if (ignoreOwners.includes(owner as Owner) || !is(labels, annotations)) continue
    throw new Refused(
      `${place.name}: Deployment ${name} belongs to ${called}, which would undo a promotion; let ${called} ignore image, command and environment and add it to "ignoreOwners", or promote by a commit`,
    )
  }
}
