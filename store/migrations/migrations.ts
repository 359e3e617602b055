import { first } from './0001-first.ts'

export interface Migration {
  name: string
  sql: string
}

/** In order; the version of a schema is how many of them were applied. Only ever add to the end: applied text is hashed. */
export const migrations: readonly Migration[] = [{ name: 'first', sql: first }]
