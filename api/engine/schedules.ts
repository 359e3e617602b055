/** A pipeline's times, kept by the engine. */
export interface KeptSchedule {
  pipeline: string
  /** Which of the pipeline's triggers, from 0. */
  index: number
  cron: string
  timezone: string
  /** Milliseconds; see the schema of the trigger. */
  catchUp: number
  jitter: number
  parameters: Readonly<Record<string, string | number | boolean>>
}

/** The schedules of an engine. Every method rejects with `EngineUnavailable` when it cannot be reached. */
export interface Schedules {
  /** Id → what it was made of (`fingerprint`), of all that Slipway keeps there. */
  list(): Promise<Map<string, string>>
  /** Makes it, or brings it up to date. */
  put(schedule: KeptSchedule): Promise<void>
  remove(id: string): Promise<void>
}

const prefix = 'slipway-schedule/'

export function scheduleId({ pipeline, index }: Pick<KeptSchedule, 'pipeline' | 'index'>): string {
  return `${prefix}${pipeline}/${index}`
}

export function isOurs(id: string): boolean {
  return id.startsWith(prefix)
}

/** Same text, same schedule. */
export function fingerprint(schedule: KeptSchedule): string {
  return JSON.stringify(schedule)
}

/** For an engine that keeps none. */
export const noSchedules: Schedules = { list: async () => new Map(), put: async () => {}, remove: async () => {} }
