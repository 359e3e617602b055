import type { ParameterValue, Trigger } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { Columns } from './sealed-column.ts'

/** A trigger that went off where no run can be started from: the time of a schedule, in a worker. */
export interface Firing {
  /** Unique; the same one again is the same firing. */
  id: string
  pipeline: string
  trigger: Trigger
  parameters: Readonly<Record<string, ParameterValue>>
}

/** Firings on their way from the workers to the servers that start runs. */
export interface Firings {
  put(firing: Firing): Promise<void>
  /** Those nobody has dealt with, oldest first. */
  due(limit: number): Promise<Firing[]>
  /** It was dealt with: a run was started, or refused. */
  done(id: string): Promise<void>
}

/** Done ones stay for this many milliseconds, so that the same firing again is known. */
const kept = 30 * 24 * 60 * 60 * 1000

export function firings(database: Database, columns: Columns): Firings {
  return {
    async put({ id, pipeline, trigger, parameters }) {
      await database.query(insert, [id, pipeline, jsonColumn(trigger), columns.put(parameters, placeOf(id))])
    },
    async due(limit) {
      checkLimit(limit)
      const rows = await database.query<Firing>(findDue, [limit])
      return rows.map(row => ({ ...row, parameters: columns.take(row.parameters, placeOf(row.id)) }))
    },
    async done(id) {
      await database.query('update trigger_firings set done_at = now() where id = $1 and done_at is null', [id])
      await database.query(`delete from trigger_firings where done_at < now() - $1 * interval '1 millisecond'`, [kept])
    },
  }
}

function placeOf(id: string): string {
  return `parameters of ${id}`
}

const insert = `
insert into trigger_firings (id, pipeline, trigger, parameters) values ($1, $2, $3, $4)
on conflict (id) do nothing`

const findDue = `
select id, pipeline, trigger, parameters from trigger_firings where done_at is null order by fired_at, id limit $1`
