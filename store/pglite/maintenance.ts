import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freeBytes, reserve } from './disk.ts'
import { rowsOf } from './frames.ts'
import type { Session } from './session.ts'

/**
 * What a PostgreSQL server does in the background, and a lone session never: checkpoints, so that the log of writes
 * does not grow for ever and a start after a crash is short, and vacuum. Nothing happens while
 * nothing is asked, or the disk is nearly full.
 */
export async function maintain(session: Session, data: string, interval: number, signal: AbortSignal): Promise<void> {
  let seen = session.requests()
  while (!signal.aborted) {
    await setTimeout(interval, null, { signal }).catch(() => {})
    if (signal.aborted || session.requests() === seen || freeBytes(data) < reserve) continue
    if (logSegments(data) > maxSegments) await session.run('checkpoint')
    for (const [statement] of rowsOf(await session.run(due))) await session.run(statement!)
    seen = session.requests()
  }
}

/** Of 1 MB each. */
const maxSegments = 40

function logSegments(data: string): number {
  return readdirSync(join(data, 'pg_wal')).filter(name => /^[0-9A-F]{24}$/.test(name)).length
}

/** The thresholds of autovacuum, a little earlier for small tables. */
const due = `
select format('vacuum (analyze) %I.%I', schemaname, relname) from pg_stat_user_tables
where n_dead_tup > 200 + 0.1 * n_live_tup
union all
select format('analyze %I.%I', schemaname, relname) from pg_stat_user_tables
where n_dead_tup <= 200 + 0.1 * n_live_tup and n_mod_since_analyze > 200 + 0.1 * n_live_tup`
