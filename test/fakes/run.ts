import type { Execution } from '../../pipeline/execution.ts'
import type { ExecutionInput } from '../../store/store.ts'
import type { FreezeWatch } from '../../workflows/freeze-watch.ts'
import { createFreezeWatch } from '../../workflows/freeze-watch.ts'
import { interpret } from '../../workflows/interpreter.ts'
import { createJournal } from '../../workflows/journal.ts'
import type { Message } from '../../workflows/messages.ts'
import { createNotices } from '../../workflows/notices.ts'
import { createOutbox } from '../../workflows/outbox.ts'
import { createRecorder } from '../../workflows/recorder.ts'
import { stageRegistry } from '../../workflows/stages/registry.ts'
import type { StageRegistry } from '../../workflows/stages/stage.ts'
import type { Steering } from '../../workflows/steering.ts'
import { createSteering } from '../../workflows/steering.ts'
import { defaultTimings } from '../../workflows/timings.ts'
import { fakeActivities } from './activities.ts'
import type { Behaviour, FakeMetrics } from './metrics.ts'
import { fakeMetrics } from './metrics.ts'
import type { FakeOutside } from './outside.ts'
import { fakeOutside } from './outside.ts'
import { v1 } from './pipelines.ts'
import type { FakeStore } from './store.ts'
import { fakeStore } from './store.ts'
import type { FakeTarget } from './target.ts'
import { fakeTarget } from './target.ts'
import type { FakeWorld } from './world.ts'
import { fakeWorld } from './world.ts'

export interface FakeRun {
  target: FakeTarget
  metrics: FakeMetrics
  store: FakeStore
  outside: FakeOutside
  world: FakeWorld
  steering: Steering
  /** Somebody gives `checkout` this many stable instances, past the run, so many milliseconds after its start. */
  resize(at: number, instances: number): void
  pause(message: Message): void
  resume(): void
  freezes: FreezeWatch['told']
  /** The state now. */
  execution(): Execution
  /** Runs it to its end, in no time. */
  run(): Promise<Execution>
  /** What the target did, renewals left out. */
  effects(): string[]
  /** Kinds and words of what was recorded, in order. */
  story(): string[]
}

/** A run in a fake world, with `checkout` in 1.0.0 on four instances. */
export function fakeRun(
  input: ExecutionInput,
  { behaviour = {}, registry = stageRegistry }: { behaviour?: Behaviour; registry?: StageRegistry } = {},
): FakeRun {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const metrics = fakeMetrics({ '1.0.0': 0.01, '2.0.0': 0.01, ...behaviour })
  const store = fakeStore()
  const outside = fakeOutside(store)
  const world: FakeWorld = fakeWorld(fakeActivities({ target, metrics, store, outside, now: () => world.now() }))
  const outbox = createOutbox()
  const recorder = createRecorder(world, outbox, {
    linger: 0,
    snapshot: () => ({ execution: journal.execution, sequence: journal.sequence }),
  })
  const steering = createSteering()
  const paused = () => steering.paused ?? steering.blocked
  const notices = createNotices(input, world)
  const changed = () => {
    recorder.wake()
    notices.look(journal.execution)
  }
  const journal = createJournal(input, { now: world.now, outbox, changed, paused })
  return {
    ...{ target, metrics, store, outside, world, steering },
    resize(at, instances) {
      world.at(at, () => {
        const { fence } = target.state('checkout')
        const op = { id: 'more', fence, signal: new AbortController().signal, progress: () => {} }
        void target.apply('checkout', { role: 'stable', release: v1, instances }, op)
      })
    },
    pause(message) {
      steering.pause(message)
      journal.tell()
    },
    resume() {
      steering.resume()
      journal.tell()
    },
    freezes: createFreezeWatch(world, journal, steering).told,
    execution: () => journal.execution,
    async run() {
      const engine = { world, journal, steering, registry, timings: defaultTimings }
      await world.run(async () => {
        await interpret(input, engine, recorder.flush)
        await notices.settled()
      })
      return journal.execution
    },
    effects: () =>
      target.done
        .filter(({ id }) => !/renew|keep/.test(id))
        .map(({ verb, what }) => (verb === 'remove' ? `-${what}` : what)),
    story: () =>
      store
        .events(input.id)
        .filter(event => event.kind !== 'canary.look')
        .map(event => [event.kind, event.stage, event.data.status ?? event.data.what ?? ''].filter(Boolean).join(' ')),
  }
}
