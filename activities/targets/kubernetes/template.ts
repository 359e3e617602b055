import type { V1Container, V1EnvVar, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node'
import type { Role } from '../../../pipeline/clusters.ts'
import type { Release } from '../../../pipeline/release.ts'
import { Invalid } from '../../failures.ts'
import { labels, type Place } from './place.ts'

/** Names of ConfigMaps and Secrets a release moves with, and of the copies its pods use. */
export type ConfigCopies = Readonly<Record<string, string>>

export function containerOf(place: Place, template: V1PodTemplateSpec): V1Container {
  const containers = template.spec?.containers ?? []
  const { container } = place.settings
  const found = container === undefined ? containers[0] : containers.find(({ name }) => name === container)
  if (found) return found
  const known = containers.map(({ name }) => name).join(', ') || 'none'
  throw new Invalid(`${place.name}: its Deployment has no container "${container}" (it has: ${known})`)
}

/** The image as it is pulled: pinned to its digest when that is known. */
export function imageOf(place: Place, { version, image, digest }: Release): string {
  if (image === undefined) throw new Invalid(`${place.name}: release ${version} has no image, which Kubernetes needs`)
  return digest === undefined || image.includes('@') ? image : `${image}@${digest}`
}

/** The template with another release: only image, command, environment and configuration differ. */
export function withRelease(
  place: Place,
  template: V1PodTemplateSpec,
  { before, release, copies }: { before: Release | null; release: Release; copies: ConfigCopies },
): V1PodTemplateSpec {
  const changed = structuredClone(template)
  const container = containerOf(place, changed)
  container.image = imageOf(place, release)
  if (release.command !== undefined) container.command = [...release.command]
  container.env = environment(container.env ?? [], before?.env ?? {}, release.env ?? {})
  if (container.env.length === 0) delete container.env
  pointToCopies(changed.spec!, copies)
  return changed
}

/** What the release before had set and this one does not, goes; the rest of the Deployment's own stays. */
function environment(
  found: readonly V1EnvVar[],
  before: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): V1EnvVar[] {
  const kept = found.filter(({ name }) => !Object.hasOwn(before, name) && !Object.hasOwn(wanted, name))
  return [...kept, ...Object.entries(wanted).map(([name, value]) => ({ name, value }))]
}

/** Every reference to a name, or to an earlier copy of it, becomes one to its copy. */
function pointToCopies(spec: V1PodSpec, copies: ConfigCopies): void {
  const renamed = (name: string | undefined) => {
    const original = Object.keys(copies).find(key => name === key || isCopyOf(name, key))
    return original === undefined ? name : copies[original]
  }
  const rename = (reference: { name?: string } | undefined) => {
    if (reference?.name !== undefined) reference.name = renamed(reference.name)!
  }
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) [configMapRef, secretRef].forEach(rename)
    for (const { valueFrom } of container.env ?? [])
      [valueFrom?.configMapKeyRef, valueFrom?.secretKeyRef].forEach(rename)
  }
  for (const { configMap, secret, projected } of spec.volumes ?? []) {
    rename(configMap)
    if (secret?.secretName !== undefined) secret.secretName = renamed(secret.secretName)!
    for (const source of projected?.sources ?? []) [source.configMap, source.secret].forEach(rename)
  }
}

export const copySuffix = /-[0-9a-f]{10}$/

function isCopyOf(name: string | undefined, original: string): boolean {
  return name !== undefined && copySuffix.test(name) && name.replace(copySuffix, '') === original
}

/** The pod template of another role: the same pod, outside every selector of the stable one. */
export function forRole(
  place: Place,
  template: V1PodTemplateSpec,
  { role, selectors }: { role: Role; selectors: readonly Readonly<Record<string, string>>[] },
): V1PodTemplateSpec {
  const taken = new Set(selectors.flatMap(selector => Object.keys(selector)))
  const own = Object.entries(template.metadata?.labels ?? {}).filter(([key]) => !taken.has(key))
  return {
    ...template,
    metadata: { ...template.metadata, labels: { ...Object.fromEntries(own), ...roleLabels(place, role) } },
  }
}

export function roleLabels(place: Place, role: Role): Record<string, string> {
  return { [labels.service]: place.service, [labels.role]: role }
}
