import type { StoredEvidence } from '../pipeline/evidence.ts'
import type { EventKind, Execution, ExecutionEvent, Json, StoredEvent } from '../pipeline/execution.ts'
import { lookSequence } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { Columns } from './sealed-column.ts'
import type { Store } from './store.ts'

type Events = Pick<Store, 'record' | 'events' | 'position' | 'evidence' | 'looks'>

export function events(database: Database, columns: Columns): Events {
  const toEvent = ({ data, ...row }: Row): StoredEvent =>
    asEvent({ ...row, data: columns.take(data, eventPlace(row.execution, row.sequence)) })

  return {
    async record(batch) {
      await database.query('select record_batch($1, $2, $3, $4)', [
        batch.snapshot === null ? null : putState(columns, batch.snapshot),
        batch.sequence,
        list(batch.events.map(event => putEvent(columns, event))),
        list(batch.evidence.map(point => putEvidence(columns, point))),
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
      const rows = await database.query<EvidenceRow>(query, [execution, ...values])
      return rows.map(({ body, ...row }) => columns.take(body, evidencePlace({ ...row, execution })))
    },

    async looks(execution, stageIndex, newest) {
      const [from, to] = [lookSequence(stageIndex, 0), lookSequence(stageIndex + 1, 0)]
      const rows = await database.query<Row>(newestLooks, [execution, from, to, newest])
      return rows.map(toEvent).reverse()
    },
  }
}

const eventColumns = 'position, execution, sequence, at, kind, stage, data'
const ofAll = `select ${eventColumns} from events where position > $1 order by position limit $2`
const ofOne = `select ${eventColumns} from events where execution = $3 and position > $1 order by position limit $2`
const evidence = 'select body, stage, look, metric from evidence where execution = $1 order by stage, look, metric'
/** Bounded by the primary key, however many looks there are. */
const evidenceOfStage = `
select body, stage, look, metric from evidence where execution = $1 and stage = $2
and look > coalesce((select max(look) from evidence where execution = $1 and stage = $2) - $3::integer, 0)
order by look, metric`
const newestLooks = `
select ${eventColumns} from events where execution = $1 and sequence > $2 and sequence < $3
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

function asEvent({ position, execution, sequence, at, kind, stage, data }: Row): StoredEvent {
  const about = stage === null ? {} : { stage }
  return { position, execution, sequence, at: at.toISOString(), kind, ...about, data }
}

type EvidenceRow = Pick<StoredEvidence, 'stage' | 'look' | 'metric'> & { body: StoredEvidence }

/** Of several texts of JSON, one. */
function list(texts: readonly string[]): string {
  return `[${texts.join(',')}]`
}

/** With what `record_batch` and the lists have to read. */
export function putState(columns: Columns, snapshot: Execution): string {
  const { id, pipeline, application, status, createdAt, endedAt } = snapshot
  return columns.put(snapshot, statePlace(id), { id, pipeline, application, status, createdAt, endedAt })
}

/** What quarantines a release is read by the database itself, and stays as it is. */
function putEvent(columns: Columns, event: ExecutionEvent): string {
  if (event.kind === 'release.quarantined') return jsonColumn(event)
  const { data, ...about } = event
  const text = jsonColumn(about)
  return `${text.slice(0, -1)},"data":${columns.put(data, eventPlace(event.execution, event.sequence))}}`
}

function putEvidence(columns: Columns, point: StoredEvidence): string {
  const { execution, stage, look, metric } = point
  return columns.put(point, evidencePlace(point), { execution, stage, look, metric })
}

export function statePlace(execution: string): string {
  return `state of ${execution}`
}

function eventPlace(execution: string, sequence: number): string {
  return `event ${sequence} of ${execution}`
}

function evidencePlace({
  execution,
  stage,
  look,
  metric,
}: Pick<StoredEvidence, 'execution' | 'stage' | 'look' | 'metric'>) {
  return `look ${look} of ${metric} of ${stage} of ${execution}`
}
