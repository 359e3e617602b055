import type { RunFreeze } from '../pipeline/freezes.ts'
import { freezes, frozenBecause } from '../pipeline/freezes.ts'
import type { Asked } from './aggregate.ts'
import type { JudgmentMessage, Message } from './messages.ts'
import type { StageSteering } from './stages/stage.ts'

/** What people asked of a run, and whether it still starts stages. Everything named `check…` throws with the reason. */
export interface Steering {
  readonly asked: Asked
  /** Why no further stage starts; null while they do. The first reason stays. */
  readonly halted: string | null
  /** Why nothing new begins for now, because a person said so; null when it may. */
  readonly paused: string | null
  /** Why nothing new begins that acts on this target (null: on none): a person or a freeze; null when it may. */
  heldBack(target: string | null): string | null
  /** The freezes that are in force. */
  freeze(active: readonly RunFreeze[]): void
  /** From now on no freeze counts. */
  overrideFreezes(): void
  /** What a freeze holds back now, for whoever watches. */
  blocked: string | null
  /** Ends the run: what runs is canceled. */
  halt(reason: string): void
  cancel(message: Message): void
  rollback(message: Message): void
  checkPromote(message: Message): void
  promote(message: Message): void
  checkPause(): void
  pause(message: Message): void
  checkResume(): void
  resume(): void
  checkSkip(message: Message): void
  skip(message: Message): void
  checkJudge(message: JudgmentMessage): void
  judge(message: JudgmentMessage): void
  /** Resolves when the run was halted, paused or resumed since this was asked. */
  changed(): Promise<null>
  /** The steering of a stage that starts. */
  stage(id: string, target?: string | null): StageSteering
  ended(id: string): void
  onHalt(cancelRunning: () => void): void
}

export function createSteering(): Steering {
  const stages = new Map<string, StageSteering>()
  let asked: Asked = null
  let halted: string | null = null
  let paused: string | null = null
  let frozen: readonly RunFreeze[] = []
  let overridden = false
  let cancelRunning = () => {}
  let tell = () => {}
  let change = new Promise<null>(resolve => {
    tell = () => resolve(null)
  })

  const changed = () => {
    tell()
    change = new Promise<null>(resolve => {
      tell = () => resolve(null)
    })
  }

  const halt = (reason: string) => {
    halted ??= reason
    paused = null
    changed()
    cancelRunning()
  }

  const heldBack = (target: string | null) => {
    const freeze = frozen.find(one => freezes(one, target))
    return paused ?? (freeze === undefined ? null : frozenBecause(freeze))
  }

  const steering: Steering = {
    heldBack,
    freeze(active) {
      if (overridden) return
      frozen = active
      changed()
    },
    overrideFreezes() {
      overridden = true
      frozen = []
      changed()
    },
    blocked: null,
    get asked() {
      return asked
    },
    get halted() {
      return halted
    },
    get paused() {
      return paused
    },
    halt,
    cancel(message) {
      if (halted !== null) return
      asked = 'cancel'
      halt(inWords('canceled', message))
    },
    rollback(message) {
      if (asked === 'rollback') return
      asked = 'rollback'
      halt(inWords('rolled back', message))
    },
    checkPromote: message => void promotable(stages, message),
    promote(message) {
      promotable(stages, message).promote = message
    },
    checkPause() {
      if (halted !== null) throw new Error(`it is ending: ${halted}`)
      if (paused !== null) throw new Error(`it is ${paused} already`)
    },
    pause(message) {
      steering.checkPause()
      paused = inWords('paused', message)
      changed()
    },
    checkResume() {
      if (paused === null) throw new Error('it is not paused')
    },
    resume() {
      steering.checkResume()
      paused = null
      changed()
    },
    checkSkip: message => void skippable(stages, message),
    skip(message) {
      skippable(stages, message).skip = message
    },
    checkJudge: message => deskOf(stages, message).check(message),
    judge: message => deskOf(stages, message).take(message),
    changed: () => change,
    stage(id, target = null) {
      const stage: StageSteering = {
        notPromotable: 'has not come so far yet',
        promote: null,
        notSkippable: 'does not wait for anything that can be skipped',
        skip: null,
        desk: null,
        get paused() {
          return heldBack(target)
        },
      }
      stages.set(id, stage)
      return stage
    },
    ended: id => void stages.delete(id),
    onHalt(cancel) {
      cancelRunning = cancel
    },
  }
  return steering
}

/** `canceled by ann: wrong version` */
export function inWords(what: string, { by, reason }: Message): string {
  return `${what} by ${by}${reason ? `: ${reason}` : ''}`
}

type Stages = ReadonlyMap<string, StageSteering>

function promotable(stages: Stages, { stage }: Message): StageSteering {
  const meant = meantStages(stages, stage)
  const able = meant.filter(([, steering]) => steering.notPromotable === null && steering.promote === null)
  if (able.length === 1) return able[0]![1]
  if (able.length > 1) throw new Error(`several canaries run (${able.map(([id]) => id).join(', ')}): name the stage`)
  const reasons = meant.map(([id, steering]) => `${id} ${steering.notPromotable ?? 'is being promoted already'}`)
  throw new Error(`there is nothing to promote: ${reasons.join('; ') || 'no canary runs'}`)
}

function skippable(stages: Stages, { stage }: Message): StageSteering {
  const meant = meantStages(stages, stage)
  const able = meant.filter(([, steering]) => steering.notSkippable === null && steering.skip === null)
  if (able.length === 1) return able[0]![1]
  if (able.length > 1) throw new Error(`several stages wait (${able.map(([id]) => id).join(', ')}): name the stage`)
  const reasons = meant.map(([id, steering]) => `${id} ${steering.notSkippable ?? 'is being skipped already'}`)
  throw new Error(`there is nothing to skip: ${reasons.join('; ') || 'no stage runs'}`)
}

function deskOf(stages: Stages, { stage }: JudgmentMessage) {
  const desk = stages.get(stage)?.desk ?? null
  if (desk === null) throw new Error(`stage ${stage} does not wait for a judgment`)
  return desk
}

function meantStages(stages: Stages, stage: string | undefined): [string, StageSteering][] {
  return [...stages].filter(([id]) => stage === undefined || stage === id)
}
