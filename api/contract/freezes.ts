import { z } from 'zod'
import { name } from '../../pipeline/schema/scalars.ts'
import { timezone } from '../../pipeline/schema/stages/windows.ts'

const names = z.array(name).max(100)

const scope = z.strictObject({
  applications: names.default([]),
  pipelines: names.default([]),
  environments: names.default([]),
  targets: names.default([]),
})

/** `2026-12-24T18:00` by the clocks of the timezone, or an instant such as `2026-12-24T17:00:00Z`. */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/, 'a time such as 2026-12-24T18:00')

export const freezeBody = z.strictObject({
  name,
  reason: z.string().min(1).max(2_000),
  /** Each list narrows it; without any it covers everything. */
  scope: scope.prefault({}),
  timezone: timezone.default('UTC'),
  /** Now, when left out. */
  start: time.optional(),
  end: time,
})

export const freeze = z.object({
  name: z.string(),
  reason: z.string(),
  scope: z.object({
    applications: z.array(z.string()),
    pipelines: z.array(z.string()),
    environments: z.array(z.string()),
    targets: z.array(z.string()),
  }),
  timezone: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  state: z.enum(['coming', 'active', 'over']),
  createdBy: z.string(),
  createdAt: z.string(),
  endedBy: z.string().nullable(),
})

export type FreezeView = z.output<typeof freeze>

export const freezeList = z.object({ items: z.array(freeze) })

export const freezeName = z.strictObject({ name })

/** Also those that are over. */
export const pastQuery = z.strictObject({ past: z.stringbool().optional() })

export const quarantined = z.object({
  application: z.string(),
  service: z.string(),
  version: z.string(),
  reason: z.string(),
  /** The run that found it bad. */
  execution: z.string(),
  since: z.string(),
  until: z.string(),
  releasedAt: z.string().nullable(),
  releasedBy: z.string().nullable(),
})

export const quarantineList = z.object({ items: z.array(quarantined) })

export const releaseBody = z.strictObject({
  application: name,
  service: name,
  version: z.string().min(1).max(256),
  reason: z.string().max(2_000).optional(),
})
