import type { Timestamp } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { checkLimit } from './limit.ts'

/** A release that was taken back because it was bad, and is refused until it is released or the time is over. */
export interface Quarantined {
  application: string
  service: string
  version: string
  reason: string
  /** The run that found it bad. */
  execution: string
  since: Timestamp
  until: Timestamp
  releasedAt: Timestamp | null
  releasedBy: string | null
}

/** Entries come with the events of kind `release.quarantined` that are recorded. */
export interface QuarantineStore {
  /** What keeps a release (`releaseKey`) out at that time; null when nothing does. */
  quarantined(
    release: { application: string; service: string; key: string },
    at: Timestamp,
  ): Promise<Quarantined | null>
  /** Lets every release of this version in again; false when none is kept out. */
  releaseVersion(
    release: { application: string; service: string; version: string },
    by: string,
    at: Timestamp,
  ): Promise<boolean>
  /** Newest first; with a time, those that are kept out then. */
  quarantine(limit: number, at?: Timestamp): Promise<Quarantined[]>
}

export function quarantine(database: Database): QuarantineStore {
  return {
    async quarantined({ application, service, key }, at) {
      const sql = `${select} where application = $1 and service = $2 and key = md5($3) and ${keptOut(4)}
        order by since desc limit 1`
      const rows = await database.query<Row>(sql, [application, service, key, at])
      return rows[0] === undefined ? null : of(rows[0])
    },

    async releaseVersion({ application, service, version }, by, at) {
      const sql = `update quarantine set released_at = $4::timestamptz, released_by = $5
        where application = $1 and service = $2 and version = $3 and ${keptOut(4)} returning version`
      return (await database.query(sql, [application, service, version, at, by])).length > 0
    },

    async quarantine(limit, at) {
      checkLimit(limit)
      const where = at === undefined ? '' : `where ${keptOut(2)}`
      const sql = `${select} ${where} order by since desc, application, service, key limit $1`
      return (await database.query<Row>(sql, at === undefined ? [limit] : [limit, at])).map(of)
    },
  }
}

interface Row {
  application: string
  service: string
  version: string
  reason: string
  execution: string
  since: Date
  until: Date
  released_at: Date | null
  released_by: string | null
}

function of({ since, until, released_at, released_by, ...rest }: Row): Quarantined {
  return {
    ...rest,
    since: since.toISOString(),
    until: until.toISOString(),
    releasedAt: released_at?.toISOString() ?? null,
    releasedBy: released_by,
  }
}

const select =
  'select application, service, version, reason, execution, since, until, released_at, released_by from quarantine'

function keptOut(time: number): string {
  return `released_at is null and until > $${time}::timestamptz`
}
