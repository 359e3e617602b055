import type { Database } from './database.ts'
import type { Store } from './store.ts'

/** Keys answer for `keyRetention` milliseconds, however early their executions are pruned. */
export function retention(database: Database, keyRetention: number): Pick<Store, 'prune'> {
  return {
    async prune(before) {
      await database.query(expireKeys, [keyRetention])
      let pruned = 0
      for (;;) {
        const rows = await database.query<{ count: number }>(pruneSome, [before, batch])
        pruned += rows[0]!.count
        if (rows[0]!.count < batch) return pruned
      }
    },
  }
}

/** Small statements: an embedded store answers nobody else meanwhile. */
const batch = 100

const expireKeys = `delete from requests where created_at < now() - $1 * interval '1 millisecond'`

const pruneSome = `
with gone as (
  select id, snapshot, position, input from executions
  where ended_at < $1::timestamptz order by ended_at limit $2 for update skip locked
), answered as (
  update requests r
  set answer = json_build_object('snapshot', gone.snapshot, 'position', gone.position, 'input', gone.input)
  from gone where r.execution = gone.id
), without_events as (
  delete from events using gone where events.execution = gone.id
), without_evidence as (
  delete from evidence using gone where evidence.execution = gone.id
), removed as (
  delete from executions using gone where executions.id = gone.id returning 1
)
select count(*)::integer as count from removed`
