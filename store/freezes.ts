import type { Timestamp } from '../pipeline/execution.ts'
import type { Freeze, FreezeScope } from '../pipeline/freezes.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'

/** Times in which nothing new begins. */
export interface FreezeStore {
  /** False when one of this name is not over at its creation. */
  addFreeze(freeze: Omit<Freeze, 'endedBy'>): Promise<boolean>
  /** Ends it at that time; false when none of this name goes on or is to come. */
  endFreeze(name: string, by: string, at: Timestamp): Promise<boolean>
  /** Those that are not over at that time, the one that begins first before others; at most 500. */
  freezes(at: Timestamp): Promise<Freeze[]>
  /** All of them, those that ended last first. */
  pastFreezes(limit: number): Promise<Freeze[]>
}

export function freezes(database: Database): FreezeStore {
  return {
    async addFreeze({ name, scope, reason, timezone, startsAt, endsAt, createdBy, createdAt }) {
      const values = [name, jsonColumn(scope), reason, timezone, startsAt, endsAt, createdBy, createdAt]
      return (await database.query(insert, values)).length === 1
    },

    async endFreeze(name, by, at) {
      return (await database.query(end, [name, by, at])).length > 0
    },

    async freezes(at) {
      return (await database.query<Row>(`${select} where ends_at > $1 order by starts_at, name limit 500`, [at])).map(
        of,
      )
    },

    async pastFreezes(limit) {
      checkLimit(limit)
      return (await database.query<Row>(`${select} order by ends_at desc, name limit $1`, [limit])).map(of)
    },
  }
}

interface Row {
  name: string
  scope: FreezeScope
  reason: string
  timezone: string
  starts_at: Date
  ends_at: Date
  created_by: string
  created_at: Date
  ended_by: string | null
}

function of({ starts_at, ends_at, created_by, created_at, ended_by, ...rest }: Row): Freeze {
  return {
    ...rest,
    startsAt: starts_at.toISOString(),
    endsAt: ends_at.toISOString(),
    createdBy: created_by,
    createdAt: created_at.toISOString(),
    endedBy: ended_by,
  }
}

const select = 'select name, scope, reason, timezone, starts_at, ends_at, created_by, created_at, ended_by from freezes'

const insert = `
insert into freezes (name, scope, reason, timezone, starts_at, ends_at, created_by, created_at)
select $1, $2::json, $3, $4, $5::timestamptz, $6::timestamptz, $7, $8::timestamptz
where not exists (select from freezes known where known.name = $1 and known.ends_at > $8::timestamptz)
on conflict do nothing
returning name`

/** One that has not begun yet never begins. */
const end = `
update freezes set ended_by = $2, ends_at = $3::timestamptz, starts_at = least(starts_at, $3::timestamptz)
where name = $1 and ends_at > $3::timestamptz
returning name`
