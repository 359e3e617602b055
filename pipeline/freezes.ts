import type { Timestamp } from './execution.ts'

/** A time in which nothing new begins. Each list narrows it; an empty one means all. */
export interface FreezeScope {
  applications: readonly string[]
  pipelines: readonly string[]
  environments: readonly string[]
  targets: readonly string[]
}

export interface Freeze {
  /** Unique among those that are not over. */
  name: string
  scope: FreezeScope
  reason: string
  /** IANA name, in which its times were meant and are shown. */
  timezone: string
  startsAt: Timestamp
  endsAt: Timestamp
  createdBy: string
  createdAt: Timestamp
  /** Who ended it before its time; null: nobody. */
  endedBy: string | null
}

/** A freeze as a run has to know it; plain JSON. Times: epoch milliseconds. */
export interface RunFreeze {
  name: string
  reason: string
  from: number
  until: number
  /** Null: all stages; else those that act on one of these targets. */
  targets: readonly string[] | null
}

export interface FrozenRun {
  application: string
  pipeline: string
  /** Of its stages; what an expression will give is still a template. */
  targets: readonly string[]
}

/** Every target of a server, and the environment it is in. */
export type Environments = Readonly<Record<string, string>>

/** The freeze for one run, or null when it does not concern it. */
export function freezeFor(freeze: Freeze, run: FrozenRun, environments: Environments): RunFreeze | null {
  const { scope, name, reason } = freeze
  if (!has(scope.applications, run.application) || !has(scope.pipelines, run.pipeline)) return null
  const frozen = {
    ...{ name, reason },
    from: Date.parse(freeze.startsAt),
    until: Date.parse(freeze.endsAt),
  }
  if (scope.targets.length === 0 && scope.environments.length === 0) return { ...frozen, targets: null }
  const covered = Object.entries(environments)
    .filter(([target, environment]) => has(scope.targets, target) && has(scope.environments, environment))
    .map(([target]) => target)
  const concerned = run.targets.some(target => covered.includes(target) || isTemplate(target))
  return concerned ? { ...frozen, targets: covered } : null
}

export function isActive({ from, until }: Pick<RunFreeze, 'from' | 'until'>, now: number): boolean {
  return from <= now && now < until
}

/** Whether a stage that acts there has to wait; one without a target only for a freeze of everything. */
export function freezes({ targets }: RunFreeze, target: string | null): boolean {
  return targets === null || (target !== null && (targets.includes(target) || isTemplate(target)))
}

/** `frozen by year-end until 2026-01-02T08:00:00.000Z: nobody is there` */
export function frozenBecause({ name, reason, until }: RunFreeze): string {
  return `frozen by ${name} until ${new Date(until).toISOString()}: ${reason}`
}

function has(list: readonly string[], value: string): boolean {
  return list.length === 0 || list.includes(value)
}

function isTemplate(target: string): boolean {
  return target.includes('${{')
}
