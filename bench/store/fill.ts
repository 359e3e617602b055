import pg from 'pg'

/**
 * Brings a store to `count` finished executions of ten pipelines in five applications, 2 KB each, one a minute; every
 * thousandth failed, and the newest ten still run.
 */
export async function fill(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let from = 0; from < count; from += 5_000) {
      await client.query(insert, [from, Math.min(count, from + 5_000) - 1, count, 'x'.repeat(1_500)])
    }
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

const insert = `
insert into executions
  (id, pipeline, application, status, created_at, ended_at, started_at, sequence, position, snapshot)
select id, pipeline, application, status, at, case when status = 'running' then null else at + interval '5 minutes' end,
  at, 5, 0, json_build_object('id', id, 'pipeline', pipeline, 'application', application, 'status', status,
    'createdAt', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'endedAt', case when status = 'running' then null else to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'reason', $4::text, 'revision', 'r',
    'definitionHash', 'h', 'attempt', 1, 'retryOf', null, 'rollbackOf', null, 'position', 0, 'parameters', '{}'::json,
    'trigger', json_build_object('type', 'api', 'by', 'local'), 'stages', '[]'::json)
from (
  select 'run-' || n as id, 'pipeline-' || n % 10 as pipeline, 'application-' || n % 5 as application,
    case when n >= $3::int - 10 then 'running' when n % 1000 = 0 then 'failed' else 'succeeded' end as status,
    timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute' as at
  from generate_series($1::int, $2::int) n
) run
on conflict do nothing`
