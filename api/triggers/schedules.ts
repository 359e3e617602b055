import type { Logger } from 'pino'
import type { Catalog } from '../definitions/catalog.ts'
import type { Definition } from '../definitions/definition.ts'
import { fingerprint, type KeptSchedule, type Schedules, scheduleId } from '../engine/schedules.ts'
import { every } from '../every.ts'

const interval = 5_000
/** How often what the engine has is read again, in case somebody else changed it; in passes. */
const relist = 60

export interface ScheduleParts {
  catalog: Pick<Catalog, 'list' | 'sources'>
  schedules: Schedules
  log: Logger
}

/** Keeps the engine's schedules as the pipelines say. Any number of servers may do this at once. */
export function keepSchedules(parts: ScheduleParts, signal: AbortSignal): Promise<void> {
  const { log } = parts
  let kept: Map<string, string> | null = null
  let passes = 0
  let failing = false
  return every(interval, signal, async () => {
    try {
      if (passes++ % relist === 0) kept = null
      kept = await reconcileSchedules(parts, kept)
      failing = false
    } catch (error) {
      kept = null
      if (!failing) log.warn({ err: error }, 'the schedules of pipelines cannot be brought up to date right now')
      failing = true
    }
  })
}

/** One pass; resolves with what the engine has afterwards. `before` spares asking it. */
export async function reconcileSchedules(
  { catalog, schedules, log }: ScheduleParts,
  before: ReadonlyMap<string, string> | null,
): Promise<Map<string, string>> {
  const [definitions, sources] = await Promise.all([catalog.list(), catalog.sources()])
  const wanted = definitions.flatMap(schedulesOf)
  if (before === null && wanted.length === 0 && sources.length === 0) return new Map()
  const kept = new Map(before ?? (await schedules.list()))
  for (const schedule of wanted) {
    const id = scheduleId(schedule)
    if (kept.get(id) === fingerprint(schedule)) continue
    await schedules.put(schedule)
    kept.set(id, fingerprint(schedule))
    log.info({ pipeline: schedule.pipeline, cron: schedule.cron }, 'scheduled')
  }
  // What is not listed exists nowhere only if everything could be read.
  if (sources.some(({ known }) => !known)) return kept
  const ids = new Set(wanted.map(scheduleId))
  for (const id of [...kept.keys()].filter(known => !ids.has(known))) {
    await schedules.remove(id)
    kept.delete(id)
    log.info({ schedule: id }, 'no longer scheduled')
  }
  return kept
}

export function schedulesOf({ pipeline }: Definition): KeptSchedule[] {
  return (pipeline?.triggers ?? []).flatMap((trigger, index) => {
    if (trigger.type !== 'schedule') return []
    const { cron, timezone, catchUp, jitter, parameters = {} } = trigger
    return [{ pipeline: pipeline!.name, index, cron, timezone, catchUp, jitter, parameters }]
  })
}
