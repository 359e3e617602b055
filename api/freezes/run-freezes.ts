import type { Environments, FrozenRun, RunFreeze } from '../../pipeline/freezes.ts'
import { freezeFor, freezes, frozenBecause, isActive } from '../../pipeline/freezes.ts'
import type { ExecutionInput, Store } from '../../store/store.ts'
import type { Engine } from '../engine/engine.ts'
import { Refusal } from '../http/refusal.ts'

/** What freezes mean for single runs. */
export interface RunFreezes {
  /** Those that concern a run, now or later. */
  of(input: ExecutionInput): Promise<RunFreeze[]>
  /** Refuses a run all of whose stages would have to wait. */
  refuseFrozen(input: ExecutionInput): Promise<void>
}

export interface RunFreezeParts {
  store: Pick<Store, 'freezes'>
  environments: Environments
  now: () => Date
}

export function createRunFreezes({ store, environments, now }: RunFreezeParts): RunFreezes {
  async function of(input: ExecutionInput): Promise<RunFreeze[]> {
    if (isFree(input)) return []
    const all = await store.freezes(now().toISOString())
    const run = frozenRun(input)
    return all.flatMap(freeze => freezeFor(freeze, run, environments) ?? [])
  }
  return {
    of,
    async refuseFrozen(input) {
      const { targets } = frozenRun(input)
      const active = (await of(input)).filter(freeze => isActive(freeze, now().getTime()))
      const whole = active.find(freeze => freeze.targets === null)
      const each = targets.map(target => active.find(freeze => freezes(freeze, target)))
      const because = whole ?? (each.every(freeze => freeze !== undefined) ? each[0] : undefined)
      if (because === undefined) return
      const hint = 'wait until it is over, or start it with the permission freeze:override'
      throw new Refusal('frozen', `${input.definition.name} is ${frozenBecause(because)}; ${hint}`)
    },
  }
}

/** The engine, telling every run of the freezes that concern it as the first thing it hears. */
export function tellingEngine(engine: Engine, runFreezes: Pick<RunFreezes, 'of'>): Engine {
  return {
    ...engine,
    start: async (input, memo) => engine.start(input, memo, await runFreezes.of(input)),
  }
}

/** What takes back is never held up, nor what somebody has started in spite of a freeze. */
export function isFree({ overridesFreezes, rollbackOf }: ExecutionInput): boolean {
  return overridesFreezes === true || rollbackOf !== null
}

export function frozenRun({ definition }: ExecutionInput): FrozenRun {
  const { application, name, stages } = definition
  const targets = stages.flatMap(stage => ('target' in stage ? [String(stage.target)] : []))
  return { application, pipeline: name, targets }
}
