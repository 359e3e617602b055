import { afterAll, beforeAll, describe } from 'vitest'
import { storeContract } from '../../store/contract.ts'
import type { Pglite } from '../pglite.ts'
import { startPglite } from '../pglite.ts'
import type { Postgres } from '../postgres.ts'
import { postgresMissing, startPostgres } from '../postgres.ts'

const missing = postgresMissing()

describe('the store on the embedded PGlite', () => {
  let pglite: Pglite
  beforeAll(async () => {
    pglite = await startPglite()
  })
  afterAll(() => pglite?.remove())
  storeContract(() => pglite)
})

describe.skipIf(missing !== null)(`the store on PostgreSQL${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres?.remove())
  storeContract(() => postgres)
})
