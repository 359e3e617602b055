import type { Notice, Question } from '../activities/stage-requests.ts'
import type { Execution } from '../pipeline/execution.ts'
import type { ExecutionStatus } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { patches } from './patches.ts'
import { aboutRun } from './stage-session.ts'
import type { World } from './world.ts'

/** Tells subscribers about a run. Nothing of the run waits for it, and nothing fails because of it. */
export interface Notices {
  /** To be called whenever the run may have another status. */
  look(execution: Execution): void
  /** Resolves when all that was begun has been told, or given up. */
  settled(): Promise<void>
}

/** A notice has an id of its own, by which receivers know one that comes twice. */
export function createNotices(
  input: ExecutionInput,
  world: Pick<World, 'activities' | 'now' | 'patched' | 'shielded'>,
): Notices {
  const subscriptions = [...(input.definition.notifications ?? []), ...(input.notifications ?? [])]
  const open = new Set<Promise<void>>()
  let told: ExecutionStatus | null = null
  const asked = new Set<string>()
  /** Reminders that were told. */
  let reminded = 0
  let count = 0

  const tell = (connection: string, notice: Notice) => {
    count += 1
    const id = `${input.id}/notice-${count}`
    const sent: Promise<void> = world
      .shielded(() => world.activities.notify({ id, connection, notice }))
      .catch(() => {})
      .finally(() => open.delete(sent))
    open.add(sent)
  }

  return {
    look(execution) {
      const { status, reason } = execution
      const judgments = status === 'waiting' ? judgmentsOf(execution) : []
      // A second judgment that begins beside the first one is told, too.
      const isNew = judgments.some(({ seen }) => !asked.has(seen))
      const reminders = remindersIn(execution)
      const reminds = status === told && !isNew && reminders > reminded
      if (status === told && !isNew && !(reminds && world.patched(patches.reminders))) return
      told = status
      reminded = Math.max(reminded, reminders)
      for (const { seen } of judgments) asked.add(seen)
      const wanted = subscriptions.filter(({ on }) => on.some(one => one === status))
      if (wanted.length === 0) return
      const at = new Date(world.now()).toISOString()
      const notice: Notice = {
        ...aboutRun(input),
        status,
        text: sentence(input, reminds ? 'still waiting' : status, reason),
        at,
      }
      if (judgments.length > 0) notice.judgments = judgments
      for (const connection of new Set(wanted.map(({ connection }) => connection))) tell(connection, notice)
    },
    async settled() {
      while (open.size > 0) await Promise.all(open)
    },
  }
}

function judgmentsOf({ stages }: Execution): Question[] {
  return stages.flatMap(({ id, status, progress }) => {
    const judgment = status === 'waiting' ? progress?.judgment : undefined
    return judgment === undefined ? [] : [{ stage: id, seen: judgment.seen, until: judgment.until }]
  })
}

/** Of all judgments of the run, whether they are open or not. */
function remindersIn({ stages }: Execution): number {
  return stages.reduce((sum, { progress }) => sum + (progress?.judgment?.reminders ?? 0), 0)
}

function sentence(
  { id, definition }: ExecutionInput,
  status: ExecutionStatus | 'still waiting',
  reason: string | null,
): string {
  return `${definition.name} (${id}) is ${status.replaceAll('-', ' ')}${reason === null ? '' : `: ${reason}`}`
}
