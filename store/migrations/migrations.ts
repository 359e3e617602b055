import { first } from './0001-first.ts'
import { identity } from './0002-identity.ts'
import { triggers } from './0003-triggers.ts'
import { plans } from './0004-plans.ts'
import { sealing } from './0005-sealing.ts'

export interface Migration {
  name: string
  sql: string
}

/** In order; the version of a schema is how many were applied. Only ever add to the end: databases keep the hashes. */
export const migrations: readonly Migration[] = [
  { name: 'first', sql: first },
  { name: 'identity', sql: identity },
  { name: 'triggers', sql: triggers },
  { name: 'plans', sql: plans },
  { name: 'sealing', sql: sealing },
]
