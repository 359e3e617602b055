import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { placeOf } from './place.ts'

export interface PgliteChild {
  /** For `process.execPath`. Ends at SIGTERM; whoever starts it starts it again when it ends by itself. */
  args: string[]
  /** Over a socket that only this user may open. */
  databaseUrl: string
  /** Answers within a second, and never throws. */
  ready(): Promise<boolean>
}

/** How the embedded store of a folder is started, asked and reached. The folder is made when there is none. */
export function pgliteChild(dataDir: string): PgliteChild {
  const place = placeOf(dataDir)
  const databaseUrl = `postgresql://slipway@localhost/postgres?host=${encodeURIComponent(place.socketFolder)}`
  return {
    args: [fileURLToPath(new URL('./main.ts', import.meta.url)), '--data', place.folder],
    databaseUrl,
    ready: () => answers(databaseUrl),
  }
}

async function answers(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 900, query_timeout: 900 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
