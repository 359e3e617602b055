import type { Database } from './database.ts'

/** How far those have come who act on events, over restarts and over all servers. */
export interface Readers {
  /** Null before the first `advance`. */
  position(reader: string): Promise<number | null>
  /** Never goes back. */
  advance(reader: string, position: number): Promise<void>
}

export function readers(database: Database): Readers {
  return {
    async position(reader) {
      const sql = 'select position from event_readers where reader = $1'
      return (await database.query<{ position: number }>(sql, [reader]))[0]?.position ?? null
    },
    async advance(reader, position) {
      await database.query(advance, [reader, position])
    },
  }
}

const advance = `
insert into event_readers as known (reader, position) values ($1, $2)
on conflict (reader) do update set position = greatest(known.position, excluded.position)`
