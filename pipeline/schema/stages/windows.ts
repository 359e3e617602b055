import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const someHours = 'hours such as 09:00-17:00 or 22:00-04:00'

/** `09:00-17:30` → minutes of the day; an end that is not after its start is on the next day. */
const hours = z
  .string(someHours)
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, someHours)
  .refine(text => text.slice(0, 5) !== text.slice(6), someHours)
  .transform(text => ({ from: minutes(text.slice(0, 5)), to: minutes(text.slice(6)) }))
  .meta({ title: 'hours' })

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}

const aTimezone = 'an IANA timezone such as Europe/Berlin'

/** A zone this machine knows. */
export const timezone = z
  .string(aTimezone)
  .max(100, aTimezone)
  .refine(isTimezone, aTimezone)
  .meta({ title: 'timezone' })

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return /^[A-Za-z]/.test(zone)
  } catch {
    return false
  }
}

const window = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7).optional().describe('Without it every day.'),
  hours: hours.optional().describe('Without it the whole day; hours over midnight belong to the day they begin on.'),
  timezone: timezone.describe('IANA name, such as Europe/Berlin.'),
  jitter: positiveDuration
    .optional()
    .describe('A start that waited for this window is delayed by up to this long, so that not all start at once.'),
})

export const windows = z.array(window).min(1).max(20)

export type Windows = z.output<typeof windows>
