import type { Attempt } from '../../../activities/effects.ts'
import { opOf, routeAndCheck } from '../../../activities/effects.ts'
import { Refused } from '../../../activities/failures.ts'
import { look } from '../../../activities/look.ts'
import type { Providers } from '../../../activities/read-metrics.ts'
import { remove } from '../../../activities/remove.ts'
import type { Activities, Look } from '../../../activities/requests.ts'
import { resolve } from '../../../activities/resolve.ts'
import { settle } from '../../../activities/settle.ts'
import { shift } from '../../../activities/shift.ts'
import type { Target } from '../../../activities/targets/target.ts'
import type { ExecutionEvent } from '../../../pipeline/execution.ts'
import { simulatedOutside } from './outside.ts'
import type { Scenario } from './scenario.ts'
import type { SimulatedTargets } from './targets.ts'

export interface SimulatedParts {
  execution: string
  scenario: Scenario
  targets: SimulatedTargets
  providers: Providers
  instances: number
  /** Milliseconds until instances are healthy. */
  startUp: number
  now(): number
  /** Everything that would be recorded. */
  record(events: readonly ExecutionEvent[]): void
  /** Nothing is ever clear, for the longest run there can be; nobody has to look for that. */
  blind: boolean
}

/**
 * Every activity there is, without any effect outside of this process: the type makes a new one unusable in a simulation
 * until somebody has said here what stands for it.
 */
export function simulatedActivities(parts: SimulatedParts): Activities {
  const { targets, providers, now } = parts
  const attempt: Attempt = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }
  const failing = failure(parts)
  return {
    ...simulatedOutside(parts.scenario),
    resolve: async request => resolve(request),
    async current({ target, service, mirrors }) {
      if (mirrors) await targets.at(target, service).mirrors?.(service)
      return targets.at(target, service).current(service)
    },
    async apply(request) {
      const { target, service, id } = request
      failing('apply', id)
      const wanted = { ...request, instances: request.instances ?? parts.instances }
      return targets.at(target, service).apply(service, wanted, opOf(request, null, attempt))
    },
    async route(request) {
      failing('route', request.id)
      return routeAndCheck(targets.at(request.target, request.service), request, attempt)
    },
    async shift(request) {
      const target = targets.at(request.target, request.service)
      const route: Target['route'] = async (...change) => {
        failing('route', request.id)
        return target.route(...change)
      }
      const { tellAfter } = request
      // Time passes around an activity, not in it: what takes longer than that is told after each change.
      const told = tellAfter !== undefined && tellAfter <= parts.startUp ? { ...request, tellAfter: 0 } : request
      return shift({ ...target, route }, told, attempt, { instances: () => parts.instances, now })
    },
    async remove(request) {
      failing('remove', request.id)
      await remove(targets.at(request.target, request.service), request, attempt)
    },
    hold: () => new Promise(() => {}),
    async look(request) {
      if (parts.blind) return nothingClear
      return look(request, {
        target: targets.at(request.target, request.service),
        providers,
        record: async ({ event }) => parts.record([event]),
        now,
        signal: attempt.signal,
      })
    },
    async record({ events }) {
      parts.record(events)
      return 0
    },
    requestLock: async () => {},
    lock: async () => ({ fence: 1, state: null }),
    requestTurn: async () => {},
    leaveWord: async () => {},
    holderLives: async () => true,
    settle: request => settle(targets.at(request.target, request.service), request, attempt, now()),
  }
}

const nothingClear: Look = {
  verdict: 'insufficient',
  reason: 'nothing was clear (simulated)',
  seen: { metrics: {}, exposure: [0, 0] },
  judgment: null,
  notRenewed: null,
  unrecorded: null,
}

/** Fails the act of the stage that the scenario names, never its undo. */
function failure({ execution, scenario }: SimulatedParts): (verb: string, id: string) => void {
  if (scenario.kind !== 'target-fails-at') return () => {}
  const prefix = `${execution}/${scenario.stage}/`
  return (verb, id) => {
    if (!id.startsWith(prefix) || id.includes('-undo-') || verb === 'apply') return
    throw new Refused(`the target fails at stage ${scenario.stage} (simulated)`)
  }
}
