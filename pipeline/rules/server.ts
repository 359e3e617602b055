import { routerProvider } from '../presets.ts'
import type { Finding } from '../problem.ts'
import { routerCapabilities } from '../routers.ts'
import type { RouterType } from '../schema/configuration/kubernetes-target.ts'
import type { Stage } from '../schema/stage.ts'
import { didYouMean } from '../suggest.ts'
import { connectionFindings } from './connections.ts'

/** What only a server knows. */
export interface ServerView {
  targets: Readonly<Record<string, TargetView>>
  /** Names of metric providers, besides the targets' own `router`. */
  metrics: readonly string[]
  /** Names of sources of webhooks. */
  hooks: readonly string[]
  /** Types of connections by name; absent: there are none. */
  connections?: Readonly<Record<string, string>>
}

export interface TargetView {
  /** The form of release that the target can run. */
  release: 'command' | 'image'
  services: readonly string[]
  environment: string
  /** What splits the traffic of each service, where that is not our own router, which can all and counts all. */
  routers?: Readonly<Record<string, RouterType>>
  /** Services whose releases are promoted by a commit, which changes their image and nothing else. */
  imageOnly?: readonly string[]
  /** Services whose router can give the canary copies of requests. */
  mirrors?: readonly string[]
}

/** Where the rules for production hold. */
export const production = 'production'

/** Unknown targets, services and providers, and releases the target cannot take. Paths are inside the stage. */
export function serverFindings(stage: Stage, server: ServerView): Finding[] {
  return [
    ...placeFindings(stage, server),
    ...routerFindings(stage, server),
    ...mirrorFindings(stage, server),
    ...promotionFindings(stage, server),
    ...providerFindings(stage, server),
    ...connectionFindings(stage, server.connections ?? {}),
  ]
}

/** Where production is touched, whoever starts a run does not approve it. */
export function fourEyesFindings(
  stages: readonly { stage: Stage; index: number }[],
  { targets }: ServerView,
): Finding[] {
  const touched = stages.flatMap(({ stage }) => ('target' in stage ? [stage.target] : []))
  const guarded = touched.find(name => Object.hasOwn(targets, name) && targets[name]!.environment === production)
  if (guarded === undefined) return []
  return stages.flatMap(({ stage, index }) => {
    if (stage.type !== 'judgment' || stage.fourEyes) return []
    const message = `target "${guarded}" is in the environment "${production}", so somebody else has to approve`
    return [{ path: ['stages', index, 'fourEyes'], message }]
  })
}

function placeFindings(stage: Stage, { targets }: ServerView): Finding[] {
  if (!('target' in stage)) return []
  const known = Object.keys(targets)
  if (!known.includes(stage.target))
    return [{ path: ['target'], message: unknown('target', stage.target, known, 'the server') }]
  const { services, release } = targets[stage.target]!
  const findings: Finding[] = []
  if (!services.includes(stage.service)) {
    findings.push({
      path: ['service'],
      message: unknown('service', stage.service, services, `target "${stage.target}"`),
    })
  }
  if (stage.type === 'run' && stage[release] === undefined && stage.command === undefined)
    findings.push({
      path: ['image'],
      atKey: true,
      message: `target "${stage.target}" runs no images; it needs "${release}"`,
    })
  if (!('release' in stage)) return findings
  if (typeof stage.release === 'string' || stage.release[release] !== undefined) return findings
  const given = release === 'command' ? 'image' : 'command'
  if (stage.release[given] === undefined) return findings
  const message = `target "${stage.target}" cannot take a release with "${given}"; it needs "${release}"`
  return [...findings, { path: ['release', given], atKey: true, message }]
}

/** What the router of the service cannot do. */
function routerFindings(stage: Stage, { targets }: ServerView): Finding[] {
  if (stage.type !== 'canary') return []
  const router = targets[stage.target]?.routers?.[stage.service]
  if (router === undefined) return []
  const uncounted = stage.analysis.metrics.flatMap((metric, index) => {
    if (!('preset' in metric ? metric.preset === 'http' : metric.provider === routerProvider)) return []
    const message = `router "${router}" of ${stage.service} on "${stage.target}" counts nothing for Slipway; ask a metric provider of the server`
    return [{ path: ['analysis', 'metrics', index], message }]
  })
  if (routerCapabilities[router].splits === 'many' || stage.baseline === 'stable') return uncounted
  const message = `router "${router}" of ${stage.service} on "${stage.target}" splits between stable and one other cluster; use "baseline: stable"`
  return [{ path: ['baseline'], message }, ...uncounted]
}

function mirrorFindings(stage: Stage, { targets }: ServerView): Finding[] {
  if (stage.type !== 'canary') return []
  const { target, service } = stage
  const view = targets[target]
  if (view === undefined || view.mirrors?.includes(service)) return []
  const type = view.routers?.[service]
  const router =
    type === undefined ? `the router of target "${target}"` : `router "${type}" of ${service} on "${target}"`
  const message =
    type !== undefined && routerCapabilities[type].mirror
      ? `${router} copies requests only where "mirror: true" beside its route says that its Gateway can`
      : `${router} cannot copy requests`
  return stage.steps.flatMap(({ mirror }, index) =>
    mirror === undefined ? [] : [{ path: ['steps', index, 'mirror'], message }],
  )
}

/** What a promotion by commit leaves behind. */
function promotionFindings(stage: Stage, { targets }: ServerView): Finding[] {
  if (!('release' in stage) || typeof stage.release === 'string') return []
  const { release, service } = stage
  if (!targets[stage.target]?.imageOnly?.includes(service)) return []
  return (['env', 'command', 'config'] as const).flatMap(key => {
    if (release[key] === undefined) return []
    const message = `${service} on "${stage.target}" is promoted by a commit, which changes the image alone; put "${key}" into its repository`
    return [{ path: ['release', key], atKey: true, message }]
  })
}

function providerFindings(stage: Stage, { metrics }: ServerView): Finding[] {
  const known = [routerProvider, ...metrics]
  if (stage.type === 'verify')
    return stage.checks.flatMap((check, index) => {
      if (check.kind !== 'metric' || known.includes(check.provider)) return []
      const message = unknown('metric provider', check.provider, known, 'the server')
      return [{ path: ['checks', index, 'provider'], message }]
    })
  if (stage.type !== 'canary') return []
  return stage.analysis.metrics.flatMap((metric, index) => {
    if (metric.provider === undefined || known.includes(metric.provider)) return []
    const message = unknown('metric provider', metric.provider, known, 'the server')
    return [{ path: ['analysis', 'metrics', index, 'provider'], message }]
  })
}

function unknown(what: string, name: string, known: readonly string[], owner: string): string {
  const listed = known.length === 0 ? `${owner} has none` : `${owner} has ${known.join(', ')}`
  return `there is no ${what} "${name}"${didYouMean(name, known)}; ${listed}`
}
