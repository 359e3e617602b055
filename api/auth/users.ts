import { readFileSync, statSync } from 'node:fs'
import type { Logger } from 'pino'
import { readDocument } from '../../pipeline/document/read.ts'
import { formatProblem } from '../../pipeline/problem.ts'
import { type UserFile, userFile } from '../../pipeline/schema/configuration/auth.ts'
import { parse } from '../../pipeline/schema/parse.ts'
import { isPassword } from './passwords.ts'
import type { Person } from './principal.ts'

/** People of a small team, from a file; as the file is now. */
export interface Users {
  find(name: string): Person | null
  /** The same answer, after the same time, for a wrong name and a wrong password. */
  check(name: string, password: string): Promise<Person | null>
}

/** Nobody. */
export const noUsers: Users = { find: () => null, check: async () => null }

/**
 * Reads the file again when it changes. One that cannot be read any more lets nobody in until it can.
 *
 * @throws Error when it cannot be read at the beginning, with every fault and its place
 */
export function createUsers(file: string, log: Logger): Users {
  let stamp = ''
  let people: UserFile = {}

  function read(): UserFile {
    const { mtimeMs, size, ino, mode } = statSync(file)
    if ((mode & 0o022) !== 0) throw new Error(`${file} can be written by others; chmod go-w it`)
    const now = `${ino}:${size}:${mtimeMs}:${mode}`
    if (now === stamp) return people
    people = parseUsers(readFileSync(file, 'utf8'), file)
    stamp = now
    return people
  }

  function current(): UserFile {
    try {
      return read()
    } catch (error) {
      if (stamp !== 'bad') log.error({ err: error }, 'the user file cannot be used; nobody of it is let in')
      stamp = 'bad'
      return {}
    }
  }

  const find = (name: string): Person | null => {
    const all = current()
    return Object.hasOwn(all, name) ? { name, groups: all[name]!.groups } : null
  }

  read()
  return {
    find,
    async check(name, password) {
      const all = current()
      const hash = Object.hasOwn(all, name) ? all[name]!.password : null
      return (await isPassword(password, hash)) ? find(name) : null
    },
  }
}

function parseUsers(text: string, file: string): UserFile {
  const read = readDocument(text.trim() === '' ? '{}' : text, file)
  if (read.document === null) throw new Error(read.problems.map(formatProblem).join('\n'))
  const { value, findings } = parse(userFile, read.document.value)
  if (value === null) throw new Error(findings.map(finding => formatProblem(read.document.problem(finding))).join('\n'))
  return value
}
