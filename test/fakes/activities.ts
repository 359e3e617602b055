import { opOf, routeAndCheck } from '../../activities/effects.ts'
import { look } from '../../activities/look.ts'
import { refuseQuarantined } from '../../activities/quarantine.ts'
import { remove } from '../../activities/remove.ts'
import type { Activities } from '../../activities/requests.ts'
import { resolve } from '../../activities/resolve.ts'
import { settle } from '../../activities/settle.ts'
import { shift } from '../../activities/shift.ts'
import type { FakeMetrics } from './metrics.ts'
import { askedOf, type FakeOutside, fakeOutside } from './outside.ts'
import type { FakeStore } from './store.ts'
import type { FakeTarget } from './target.ts'

/** The product's activities without Temporal around them: one attempt, no heartbeat. */
export function fakeActivities(parts: {
  target: FakeTarget
  metrics: FakeMetrics
  store: FakeStore
  outside?: FakeOutside
  now(): number
}): Activities {
  const { target, metrics, store, now, outside = fakeOutside(store) } = parts
  const attempt = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }
  return {
    ...askedOf(outside),
    resolve: request => refuseQuarantined(resolve(request), request, store, new Date(now())),
    async current({ service, mirrors }) {
      if (mirrors) await target.mirrors?.(service)
      return target.current(service)
    },
    apply: request =>
      target.apply(request.service, { ...request, instances: request.instances ?? 2 }, opOf(request, null, attempt)),
    route: request => routeAndCheck(target, request, attempt),
    shift: request => shift(target, request, attempt, { instances: () => 2, now }),
    remove: request => remove(target, request, attempt),
    hold: () => new Promise(() => {}),
    look: request =>
      look(request, {
        target,
        providers: { router: metrics },
        record: ({ event, evidence }) => store.record({ snapshot: null, sequence: 0, events: [event], evidence }),
        now,
        signal: attempt.signal,
      }),
    async record(batch) {
      await store.record(batch)
      return 0
    },
    requestLock: async () => {},
    lock: async () => ({ fence: 1, state: null }),
    requestTurn: async () => {},
    leaveWord: async () => {},
    holderLives: async () => true,
    settle: request => settle(target, request, attempt, now()),
  }
}
