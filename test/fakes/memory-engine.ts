import type { PendingActivity } from '../../api/contract/execution.ts'
import { type Engine, EngineUnavailable, type Update } from '../../api/engine/engine.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { RunFreeze } from '../../pipeline/freezes.ts'
import type { ExecutionInput } from '../../store/store.ts'
import type { Message } from '../../workflows/messages.ts'

/** An engine that only remembers what it was told. */
export interface MemoryEngine extends Engine {
  down: boolean
  running: Map<string, ExecutionInput>
  ended: Set<string>
  /** How often a workflow was really started. */
  starts: string[]
  signals: { execution: string; signal: string; message: Message }[]
  pendingList: PendingActivity[]
  /** The freezes that runs were told of. */
  told: Map<string, readonly RunFreeze[]>
  /** How a run answers what it can refuse. */
  answer: (execution: string, update: Update, message: Message) => Promise<Execution>
}

export function memoryEngine(): MemoryEngine {
  const up = async <T>(answer: () => T | Promise<T>): Promise<T> => {
    await Promise.resolve()
    if (engine.down) throw new EngineUnavailable(new Error('14 UNAVAILABLE'))
    return answer()
  }
  const exists = (id: string) => engine.running.has(id) || engine.ended.has(id)
  const start = (input: ExecutionInput) => {
    if (exists(input.id)) return false
    engine.running.set(input.id, input)
    engine.starts.push(input.id)
    return true
  }

  const engine: MemoryEngine = {
    down: false,
    running: new Map(),
    ended: new Set(),
    starts: [],
    signals: [],
    pendingList: [],
    answer: async (_execution, update) => {
      throw new Error(`no ${update} was expected`)
    },
    told: new Map(),
    start: (input, _memo, freezes = []) =>
      up(() => {
        if (start(input)) engine.told.set(input.id, freezes)
      }),
    tellFreezes: (execution, freezes) =>
      up(() => {
        if (!engine.running.has(execution)) return 'ended'
        engine.told.set(execution, freezes)
        return 'delivered'
      }),
    overrideFreezes: execution => up(() => (engine.running.has(execution) ? 'delivered' : 'ended')),
    signal: (execution, signal, message) =>
      up(() => {
        if (!engine.running.has(execution)) return 'ended'
        engine.signals.push({ execution, signal, message })
        return 'delivered'
      }),
    startWithSignal: (input, signal, message) =>
      up(() => {
        if (!start(input)) return 'ended'
        engine.signals.push({ execution: input.id, signal, message })
        return 'delivered'
      }),
    ask: (execution, update, message) => up(() => engine.answer(execution, update, message)),
    pending: () => up(() => engine.pendingList),
    queue: () => up(() => ({ running: [], waiting: [] })),
    lock: (target, service) => up(() => ({ target, service, holder: null, waiting: [], fence: 0 })),
    ping: () => up(() => {}),
    hasWorker: () => up(() => true),
  }
  return engine
}
