import type { Execution } from '../pipeline/execution.ts'
import { firstState } from '../pipeline/first-state.ts'
import { executionCursor, parseExecutionCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { putState, statePlace } from './events.ts'
import { checkLimit } from './limit.ts'
import type { Columns } from './sealed-column.ts'
import type { Begun, ExecutionFilter, ExecutionInput, StartRequest, Store } from './store.ts'

type Executions = Pick<Store, 'begin' | 'started' | 'unstarted' | 'get' | 'input' | 'list'>

export function executions(database: Database, columns: Columns): Executions {
  const opened = rowsWith(columns)

  return {
    async begin(request) {
      for (;;) {
        const begun = (await beginNew(database, columns, request)) ?? (await answerAgain(database, columns, request))
        if (begun !== null) return begun
      }
    },

    async started(execution) {
      await database.query('update executions set started_at = now() where id = $1 and started_at is null', [execution])
    },

    async unstarted(age, limit) {
      checkLimit(limit)
      const rows = await database.query<{ id: string; input: ExecutionInput }>(unstarted, [age, limit])
      return rows.map(({ id, input }) => columns.take(input, inputPlace(id)))
    },

    async get(execution) {
      const rows = await database.query<Row>('select id, snapshot, position from executions where id = $1', [execution])
      return rows[0] === undefined ? null : opened(rows[0])
    },

    async input(execution) {
      const sql = 'select input from executions where id = $1'
      const rows = await database.query<{ input: ExecutionInput | null }>(sql, [execution])
      return columns.take(rows[0]?.input ?? null, inputPlace(execution))
    },

    async list(filter, limit, cursor) {
      checkLimit(limit)
      const { sql, values } = listQuery(filter, limit + 1, cursor)
      const rows = await database.query<Row>(sql, values)
      const items = rows.slice(0, limit).map(opened)
      return { items, next: rows.length > limit ? executionCursor(items.at(-1)!) : null }
    },
  }
}

/** The run and its key in one statement, so that of any number of callers exactly one gets a row back. */
async function beginNew(database: Database, columns: Columns, request: StartRequest): Promise<Begun | null> {
  const execution = queued(request.input)
  const rows = await database.query<Row>(insertNew, [
    request.principal,
    request.idempotencyKey,
    request.bodyHash,
    execution.id,
    execution.pipeline,
    execution.application,
    execution.createdAt,
    putState(columns, execution),
    columns.put(request.input, inputPlace(execution.id)),
  ])
  return rows[0] === undefined ? null : { outcome: 'new', execution: rowsWith(columns)(rows[0]) }
}

/** Null when the key was pruned after it was found taken. */
async function answerAgain(database: Database, columns: Columns, request: StartRequest): Promise<Begun | null> {
  const rows = await database.query<Asked>(findAsked, [request.principal, request.idempotencyKey])
  const asked = rows[0]
  if (asked === undefined) return null
  if (asked.body_hash !== request.bodyHash) return { outcome: 'mismatch', execution: asked.execution }
  const execution = rowsWith(columns)({ id: asked.execution, snapshot: asked.snapshot, position: asked.position })
  return {
    outcome: 'replay',
    execution,
    started: asked.started,
    input: columns.take(asked.input, inputPlace(asked.execution)),
  }
}

interface Row {
  id: string
  snapshot: Execution
  position: number
}

interface Asked extends Omit<Row, 'id'> {
  body_hash: string
  execution: string
  input: ExecutionInput
  started: boolean
}

function rowsWith(columns: Columns) {
  return ({ id, snapshot, position }: Row): Execution => ({ ...columns.take(snapshot, statePlace(id)), position })
}

function inputPlace(execution: string): string {
  return `input of ${execution}`
}

const insertNew = `
with asked as (
  insert into requests (principal, key, body_hash, execution) values ($1, $2, $3, $4)
  on conflict (principal, key) do nothing
  returning execution
)
insert into executions as known
  (id, pipeline, application, status, created_at, sequence, position, snapshot, input)
select asked.execution, $5, $6, 'queued', $7::timestamptz, 0, 0, $8::json, $9::json from asked
on conflict (id) do update set input = coalesce(known.input, excluded.input)
returning id, snapshot, position`

const findAsked = `
select r.body_hash, r.execution,
  coalesce(e.snapshot, r.answer->'snapshot') as snapshot,
  coalesce(e.position, (r.answer->>'position')::bigint) as position,
  coalesce(e.input, r.answer->'input') as input,
  e.id is null or e.started_at is not null as started
from requests r left join executions e on e.id = r.execution
where r.principal = $1 and r.key = $2`

const unstarted = `
select id, input from executions
where started_at is null and input is not null and accepted_at <= now() - $1 * interval '1 millisecond'
order by accepted_at limit $2`

/** What everyone sees between acceptance and the first word of the workflow. */
export function queued(input: ExecutionInput): Execution {
  return {
    id: input.id,
    pipeline: input.definition.name,
    application: input.definition.application,
    revision: input.revision,
    definitionHash: input.definitionHash,
    status: 'queued',
    attempt: input.attempt,
    retryOf: input.retryOf,
    rollbackOf: input.rollbackOf,
    trigger: input.trigger,
    parameters: input.parameters,
    createdAt: input.createdAt,
    endedAt: null,
    reason: null,
    position: 0,
    stages: input.definition.stages.map(stage => firstState(stage, input.reused)),
  }
}

/** Newest first by (created_at, id): the order of the indexes, and of the cursor. */
function listQuery(filter: ExecutionFilter, limit: number, cursor: string | null) {
  const values: unknown[] = []
  const put = (value: unknown) => `$${values.push(value)}`
  const conditions: string[] = []
  if (filter.pipeline !== undefined) conditions.push(`pipeline = ${put(filter.pipeline)}`)
  if (filter.application !== undefined) conditions.push(`application = ${put(filter.application)}`)
  if (filter.visible !== undefined) conditions.push(`application = any(${put(filter.visible)}::text[])`)
  if (filter.hidden !== undefined) conditions.push(`application <> all(${put(filter.hidden)}::text[])`)
  if (filter.status !== undefined) conditions.push(`status = any(${put(filter.status)}::text[])`)
  if (cursor !== null) {
    const place = parseExecutionCursor(cursor)
    conditions.push(`(created_at, id) < (${put(place.createdAt)}::timestamptz, ${put(place.id)})`)
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const sql = `select id, snapshot, position from executions ${where} order by created_at desc, id desc limit ${put(limit)}`
  return { sql, values }
}
