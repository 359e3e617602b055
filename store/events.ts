import type { EventKind, Json, StoredEvent } from '../pipeline/execution.ts'
import { lookSequence } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { Store } from './store.ts'

type Events = Pick<Store, 'record' | 'events' | 'position' | 'evidence' | 'looks'>

export function events(database: Database): Events {
  return {
    async record(batch) {
      await database.query('select record_batch($1, $2, $3, $4)', [
        batch.snapshot === null ? null : jsonColumn(batch.snapshot),
        batch.sequence,
        jsonColumn(batch.events),
        jsonColumn(batch.evidence),
      ])
    },

    async events(after, limit, execution) {
      checkLimit(limit)
      const rows =
        execution === undefined
          ? await database.query<Row>(ofAll, [after, limit])
          : await database.query<Row>(ofOne, [after, limit, execution])
      return rows.map(toEvent)
    },

    async position() {
      const rows = await database.query<{ value: number }>('select value from event_position')
      return rows[0]!.value
    },

    async evidence(execution, of) {
      const [query, values] = of === undefined ? [evidence, []] : [evidenceOfStage, [of.stage, of.newest ?? null]]
      const rows = await database.query<{ body: never }>(query, [execution, ...values])
      return rows.map(row => row.body)
    },

    async looks(execution, stageIndex, newest) {
      const [from, to] = [lookSequence(stageIndex, 0), lookSequence(stageIndex + 1, 0)]
      const rows = await database.query<Row>(newestLooks, [execution, from, to, newest])
      return rows.map(toEvent).reverse()
    },
  }
}

const columns = 'position, execution, sequence, at, kind, stage, data'
const ofAll = `select ${columns} from events where position > $1 order by position limit $2`
const ofOne = `select ${columns} from events where execution = $3 and position > $1 order by position limit $2`
const evidence = 'select body from evidence where execution = $1 order by stage, look, metric'
/** Bounded by the primary key, however many looks there are. */
const evidenceOfStage = `
select body from evidence where execution = $1 and stage = $2
and look > coalesce((select max(look) from evidence where execution = $1 and stage = $2) - $3::integer, 0)
order by look, metric`
const newestLooks = `
select ${columns} from events where execution = $1 and sequence > $2 and sequence < $3
order by sequence desc limit $4`

interface Row {
  position: number
  execution: string
  sequence: number
  at: Date
  kind: EventKind
  stage: string | null
  data: Record<string, Json>
}

function toEvent({ position, execution, sequence, at, kind, stage, data }: Row): StoredEvent {
  const about = stage === null ? {} : { stage }
  return { position, execution, sequence, at: at.toISOString(), kind, ...about, data }
}
