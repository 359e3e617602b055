import * as fc from 'fast-check'
import type { Stage, StageOf } from '../../pipeline/schema/stage.ts'
import type { Behaviour } from '../fakes/metrics.ts'
import { asTemplate, canaryStage, deployStage, v2, waitStage } from '../fakes/pipelines.ts'

/** Who does something to a run, what, and when (milliseconds after its start). */
export interface Command {
  at: number
  by: string
  what:
    | 'approve'
    | 'reject'
    | 'pause'
    | 'resume'
    | 'cancel'
    | 'promote'
    | 'rollback'
    | 'skip'
    | 'retry'
    | 'trigger-again'
    | 'kill-worker'
}

/** A pipeline, how its release behaves, what goes wrong, and what people do meanwhile. */
export interface Schedule {
  shape: keyof typeof shapes
  behaviour: keyof typeof behaviours
  /** The first so many starts of the new release fail. */
  brokenStarts: number
  /** The metrics turn bad at this time; null: they stay as they are. */
  turnsBad: number | null
  commands: Command[]
}

export const starter = 'ann'

/** Every service begins with 1.0.0. `pace`: how much longer or shorter than usual all takes. */
export const shapes = {
  'canary, then approved': pace => [canary('canary', pace, { bake: 1_000 * pace }), judgment(pace), search()],
  'a group that waits': pace => [
    deployStage('checkout', { group: 'both', needs: [] }),
    search({ group: 'both', needs: [] }),
    { ...judgment(pace), group: 'both', needs: ['checkout', 'search'] },
    waitStage('wait', { for: 3_000 * pace }),
  ],
  'side by side, one may fail': pace => [
    canary('canary', pace, { needs: [] }),
    search({ needs: [], onFailure: 'fail-branch', retry: { attempts: 3, backoff: 500 * pace } }),
    waitStage('behind', { needs: ['search'], for: 2_000 * pace }),
    { ...judgment(pace), needs: [] },
  ],
  'one after the other': pace => [
    waitStage('first', { for: 2_000 * pace }),
    deployStage('checkout', { retry: { attempts: 2, backoff: 1_000 * pace } }),
    waitStage('second', { for: 2_000 * pace }),
    search(),
    waitStage('third', { for: 4_000 * pace }),
  ],
} as const satisfies Record<string, (pace: number) => readonly Stage[]>

function judgment(pace: number): Stage {
  const timeout = 20_000 * pace
  return { id: 'approve', type: 'judgment', approvals: 2, timeout, onTimeout: 'reject', fourEyes: true }
}

function canary(id: string, pace: number, change: Partial<StageOf<'canary'>>): Stage {
  const steps = [
    { weight: 10, for: 3_000 * pace },
    { weight: 50, for: 3_000 * pace },
  ]
  const stage = canaryStage({ id, steps, maxHold: 4_000 * pace, ...change })
  return { ...stage, analysis: { ...stage.analysis, interval: 300 * pace } }
}

function search(change: Partial<StageOf<'deploy'>> = {}): Stage {
  return deployStage('search', { release: asTemplate(v2), ...change })
}

export const behaviours = {
  good: { '1.0.0': 0.01, '2.0.0': 0.01 },
  bad: { '1.0.0': 0.01, '2.0.0': 0.3 },
  silent: {},
  unreadable: { '1.0.0': 0.01, '2.0.0': 'the wire is cut' },
} as const satisfies Record<string, Behaviour>

export function schedules(within: number): fc.Arbitrary<Schedule> {
  const people = fc.constantFrom(starter, 'bob', 'cleo', 'dan')
  const what = fc.oneof(
    { weight: 4, arbitrary: fc.constant('approve' as const) },
    { weight: 2, arbitrary: fc.constantFrom('promote' as const, 'skip' as const, 'kill-worker' as const) },
    { weight: 2, arbitrary: fc.constantFrom('pause' as const, 'resume' as const, 'retry' as const) },
    { weight: 1, arbitrary: fc.constantFrom('reject' as const, 'cancel' as const, 'rollback' as const) },
    { weight: 1, arbitrary: fc.constant('trigger-again' as const) },
  )
  const command = fc.record({ at: fc.nat(within), by: people, what })
  return fc.record({
    shape: fc.constantFrom(...(Object.keys(shapes) as Schedule['shape'][])),
    behaviour: fc.constantFrom(
      'good' as const,
      'good' as const,
      ...(Object.keys(behaviours) as Schedule['behaviour'][]),
    ),
    brokenStarts: fc.constantFrom(0, 0, 0, 1, 2, 99),
    turnsBad: fc.option(fc.nat(within), { freq: 6 }),
    commands: fc
      .array(command, { minLength: 1, maxLength: 12 })
      .map(commands => [...commands].sort((a, b) => a.at - b.at)),
  })
}
