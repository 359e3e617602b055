import type { Logger } from 'pino'
import type { Firing, Firings } from '../../store/firings.ts'
import type { Catalog } from '../definitions/catalog.ts'
import { every } from '../every.ts'
import type { Fire } from './fire.ts'
import { schedulesOf } from './schedules.ts'

const interval = 1_000
const batch = 100
/** A time is on its way for a moment, even when nothing was down. */
const onItsWay = 60_000

export interface FiringParts {
  firings: Firings
  catalog: Pick<Catalog, 'get'>
  fire: Fire
  now: () => Date
  log: Logger
}

/** Starts the runs of times that went off in a worker. Any number of servers may do this at once: the key is the time. */
export function startFirings(parts: FiringParts, signal: AbortSignal): Promise<void> {
  return every(interval, signal, async () => {
    try {
      await fireDue(parts)
    } catch (error) {
      parts.log.debug({ err: error }, 'runs of schedules cannot be started right now')
    }
  })
}

/** One pass. */
export async function fireDue(parts: FiringParts): Promise<void> {
  const { firings, fire } = parts
  for (const firing of await firings.due(batch)) {
    const { id, pipeline, trigger, parameters } = firing
    const order = { pipeline, principal: `schedule:${pipeline}`, key: id, trigger }
    const late = await whyTooLate(firing, parts)
    if (late === null) await fire.start({ ...order, parameters })
    else await fire.refuse(order, [{ pointer: '', line: null, column: null, message: late }])
    await firings.done(id)
  }
}

/** A time that nobody dealt with for longer than the pipeline wants to catch up is let go, and that is told. */
async function whyTooLate({ id, pipeline }: Firing, { catalog, now }: FiringParts): Promise<string | null> {
  const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.exec(id)?.[0]
  const definition = await catalog.get(pipeline)
  if (time === undefined || definition === null) return null
  const schedules = schedulesOf(definition)
  if (schedules.length === 0) return `${pipeline} has no schedule any more`
  const longest = Math.max(...schedules.map(({ catchUp, jitter }) => catchUp + jitter)) + onItsWay
  const late = now().getTime() - Date.parse(time)
  return late > longest ? `its time, ${time}, was missed by ${Math.round(late / 1_000)} s` : null
}
