import type { QueueState, QueueWaiter } from './messages.ts'

/** Which runs of a pipeline are at work and which wait: every change as a function from state to state. */

export const emptyQueue: QueueState = { running: [], waiting: [], refused: [] }

/** A run that is at work or waits already changes nothing. */
export function joinedQueue(state: QueueState, run: Omit<QueueWaiter, 'since'>, now: number): QueueState {
  const known = [...state.running, ...state.waiting, ...state.refused]
  if (known.some(({ execution }) => execution === run.execution)) return state
  const isBusy = state.running.length + state.waiting.length >= run.limit
  const waiter = { ...run, since: now }
  if (!isBusy || run.whenBusy === 'queue') return admitted({ ...state, waiting: [...state.waiting, waiter] }, now)
  if (run.whenBusy === 'reject') {
    const reason = `it is busy with ${named(state)}, and its limit is ${run.limit}`
    return { ...state, refused: [...state.refused, { execution: run.execution, reason }] }
  }
  const replaced = state.waiting.map(({ execution }) => ({ execution, reason: `${run.execution} is newer` }))
  return admitted({ ...state, waiting: [waiter], refused: [...state.refused, ...replaced] }, now)
}

/** The run has ended, or does not want to begin any more. */
export function leftQueue(state: QueueState, execution: string, now: number): QueueState {
  const others = <T extends { execution: string }>(all: readonly T[]) => all.filter(one => one.execution !== execution)
  return admitted({ ...state, running: others(state.running), waiting: others(state.waiting) }, now)
}

/** Its run knows by now. */
export function toldQueue(state: QueueState, execution: string): QueueState {
  return {
    ...state,
    running: state.running.map(one => (one.execution === execution ? { ...one, told: true } : one)),
    refused: state.refused.filter(one => one.execution !== execution),
  }
}

/** First come, first served; the limit is that of the run whose turn it is. */
function admitted(state: QueueState, now: number): QueueState {
  const [first, ...waiting] = state.waiting
  if (first === undefined || state.running.length >= first.limit) return state
  const { execution } = first
  return admitted({ ...state, waiting, running: [...state.running, { execution, since: now, told: false }] }, now)
}

function named({ running, waiting }: QueueState): string {
  return [...running, ...waiting].map(({ execution }) => execution).join(', ')
}
