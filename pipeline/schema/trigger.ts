import { z } from 'zod'
import { git } from './triggers/git.ts'
import { pipeline } from './triggers/pipeline.ts'
import { registry } from './triggers/registry.ts'
import { schedule } from './triggers/schedule.ts'
import { webhook } from './triggers/webhook.ts'

/** What starts a run, besides the API; one file each in `triggers/`. */
export const trigger = z.discriminatedUnion('type', [webhook, git, registry, schedule, pipeline])

export type TriggerDefinition = z.output<typeof trigger>
export type TriggerType = TriggerDefinition['type']
export type TriggerOf<T extends TriggerType> = Extract<TriggerDefinition, { type: T }>
