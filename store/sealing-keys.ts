import type pg from 'pg'
import { CannotOpen } from './errors.ts'
import type { Columns } from './sealed-column.ts'

/**
 * Sees that everything sealed in the store can be opened with the keys that are here, and writes down the one that seals
 * from now on. A key that nothing is sealed with any more is forgotten.
 *
 * @throws CannotOpen when one is missing that something is sealed with, or another one has its name
 */
export async function checkKeys(client: pg.ClientBase, columns: Columns): Promise<void> {
  const { keyring } = columns
  const { rows } = await client.query<{ id: string; proof: object }>('select id, proof from sealing_keys')
  for (const { id, proof } of rows) {
    if (keyring?.has(id)) refuseAnother(columns, id, proof)
    else if (await isInUse(client, id))
      throw new CannotOpen(
        `the store has runs that are encrypted with the key ${JSON.stringify(id)}; configure it, too`,
      )
    else await client.query('delete from sealing_keys where id = $1', [id])
  }
  if (keyring === null || rows.some(({ id }) => id === keyring.newest)) return
  const proof = columns.put({}, placeOf(keyring.newest))
  await client.query(putKey, [keyring.newest, proof])
}

function refuseAnother(columns: Columns, id: string, proof: object): void {
  try {
    columns.take(proof, placeOf(id))
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error
    throw new CannotOpen(`the key ${JSON.stringify(id)} is not the one of this name that the store was encrypted with`)
  }
}

function placeOf(id: string): string {
  return `key ${id}`
}

const putKey = 'insert into sealing_keys (id, proof) values ($1, $2) on conflict (id) do nothing'

/** Looks through everything, which takes seconds in a large store; but only at a start after a key was taken away. */
async function isInUse(client: pg.ClientBase, id: string): Promise<boolean> {
  const { rows } = await client.query<{ used: boolean }>(findUse, [`{"$sealed":"${id}:%`, `%"$sealed":"${id}:%`])
  return rows[0]!.used
}

const findUse = `
select exists (select from executions where snapshot::text like $1 or input::text like $1)
  or exists (select from evidence where body::text like $1)
  or exists (select from events where data::text like $1)
  or exists (select from trigger_firings where parameters::text like $1)
  or exists (select from requests where answer::text like $2) as used`
