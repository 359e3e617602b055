import type { Json, Timestamp } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'

/** A webhook that was answered. */
export interface Delivery {
  source: string
  /** What it is known by; a copy has the same. */
  id: string
  at: Timestamp
  answer: Json
  /** A copy gets this answer; otherwise it may try again, and another answer may take the place of this one. */
  final: boolean
}

/** Webhooks that were answered, so that a copy gets the same answer and starts nothing. */
export interface Deliveries {
  find(source: string, id: string): Promise<Delivery | null>
  /** The first final one that is kept stays; resolves with what is kept. */
  keep(delivery: Delivery): Promise<Delivery>
  /** Newest first. */
  list(source: string, limit: number): Promise<Delivery[]>
  /** Forgets those before; resolves with how many. */
  prune(before: Timestamp): Promise<number>
}

export function deliveries(database: Database): Deliveries {
  const find: Deliveries['find'] = async (source, id) => {
    const rows = await database.query<Row>(`select ${columns} from hook_deliveries where source = $1 and id = $2`, [
      source,
      id,
    ])
    return rows[0] === undefined ? null : toDelivery(rows[0])
  }
  return {
    find,
    async keep(delivery) {
      const { source, id, at, answer, final } = delivery
      const added = await database.query(insert, [source, id, at, jsonColumn(answer), final])
      return added.length === 1 ? delivery : ((await find(source, id)) ?? delivery)
    },
    async list(source, limit) {
      checkLimit(limit)
      const sql = `select ${columns} from hook_deliveries where source = $1 order by at desc, id limit $2`
      return (await database.query<Row>(sql, [source, limit])).map(toDelivery)
    },
    async prune(before) {
      const sql = 'delete from hook_deliveries where at < $1::timestamptz returning 1'
      return (await database.query(sql, [before])).length
    },
  }
}

interface Row {
  source: string
  id: string
  at: Date
  answer: Json
  final: boolean
}

function toDelivery({ at, ...rest }: Row): Delivery {
  return { ...rest, at: at.toISOString() }
}

const columns = 'source, id, at, answer, final'

const insert = `
insert into hook_deliveries as known (source, id, at, answer, final) values ($1, $2, $3, $4, $5)
on conflict (source, id) do update set at = excluded.at, answer = excluded.answer, final = excluded.final
where not known.final returning 1`
