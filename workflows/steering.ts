import type { Asked } from './aggregate.ts'
import type { Message } from './messages.ts'
import type { StageSteering } from './stages/stage.ts'

/** What people asked of a run, and whether it still starts stages. */
export interface Steering {
  readonly asked: Asked
  /** Why no further stage starts; null while they do. The first reason stays. */
  readonly halted: string | null
  /** Ends the run: what runs is canceled. */
  halt(reason: string): void
  cancel(message: Message): void
  rollback(message: Message): void
  /** Throws, with the reason, when no canary can be promoted. */
  checkPromote(message: Message): void
  promote(message: Message): void
  /** The steering of a stage that starts. */
  stage(id: string): StageSteering
  ended(id: string): void
  onHalt(cancelRunning: () => void): void
}

export function createSteering(): Steering {
  const stages = new Map<string, StageSteering>()
  let asked: Asked = null
  let halted: string | null = null
  let cancelRunning = () => {}

  const halt = (reason: string) => {
    halted ??= reason
    cancelRunning()
  }

  return {
    get asked() {
      return asked
    },
    get halted() {
      return halted
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
    stage(id) {
      const steering: StageSteering = { notPromotable: 'has not come so far yet', promote: null }
      stages.set(id, steering)
      return steering
    },
    ended: id => void stages.delete(id),
    onHalt(cancel) {
      cancelRunning = cancel
    },
  }
}

/** `canceled by ann: wrong version` */
export function inWords(what: string, { by, reason }: Message): string {
  return `${what} by ${by}${reason ? `: ${reason}` : ''}`
}

function promotable(stages: ReadonlyMap<string, StageSteering>, { stage }: Message): StageSteering {
  const meant = [...stages].filter(([id]) => stage === undefined || stage === id)
  const able = meant.filter(([, steering]) => steering.notPromotable === null && steering.promote === null)
  if (able.length === 1) return able[0]![1]
  if (able.length > 1) throw new Error(`several canaries run (${able.map(([id]) => id).join(', ')}): name the stage`)
  const reasons = meant.map(([id, steering]) => `${id} ${steering.notPromotable ?? 'is being promoted already'}`)
  throw new Error(`there is nothing to promote: ${reasons.join('; ') || 'no canary runs'}`)
}
