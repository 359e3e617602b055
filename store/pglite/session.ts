import { setImmediate } from 'node:timers/promises'
import { errorResponse, query, statusAfter, sync, typeOf } from './frames.ts'

/** Hands the one session of the engine a request, whole, and gives its answer. */
export type Execute = (request: Buffer) => Promise<Buffer[]>

export interface Client {
  answer(messages: readonly Buffer[]): void
  /** The last word, before the connection is closed. */
  dismiss(error: Buffer): void
}

/**
 * Many connections on the one session that PGlite has. A request runs from its first message to its Sync with nothing
 * of others in between, and a client in a transaction keeps the session until that ends; all others wait in line.
 */
export interface Session {
  ask(client: Client, request: Buffer): void
  /** The client is gone: what it asked is forgotten, what it began is rolled back. */
  leave(client: Client): void
  /** A statement of our own. */
  run(statement: string): Promise<Buffer[]>
  /** Requests so far: the same number means that nothing happened. */
  requests(): number
}

interface Turn {
  client: Client
  request: Buffer
}

/** `maxHold`: how long a client may keep the session without asking anything, in milliseconds. */
export function openSession(execute: Execute, onNotification: (message: Buffer) => void, maxHold: number): Session {
  const line: Turn[] = []
  let holder: Client | null = null
  let patience: NodeJS.Timeout | undefined
  let working = false
  let count = 0

  function next(): Turn | undefined {
    if (holder === null) return line.shift()
    const index = line.findIndex(turn => turn.client === holder)
    return index < 0 ? undefined : line.splice(index, 1)[0]
  }

  async function work() {
    if (working) return
    working = true
    clearTimeout(patience)
    for (let turn = next(); turn !== undefined; turn = next()) {
      const answer = await execute(turn.request)
      holder = statusAfter(answer) === 'I' ? null : turn.client
      for (const message of answer) if (typeOf(message) === 'A') onNotification(message)
      turn.client.answer(answer.filter(message => typeOf(message) !== 'A'))
      await setImmediate()
    }
    working = false
    if (holder !== null) patience = setTimeout(dismissHolder, maxHold, holder)
  }

  function dismissHolder(client: Client) {
    client.dismiss(errorResponse('FATAL', '25P03', `nothing was asked for ${maxHold} ms while others waited`))
    leave(client)
  }

  function leave(client: Client) {
    forget(line, client)
    if (holder !== client) return
    line.unshift({ client, request: giveUp })
    void work()
  }

  function ask(client: Client, request: Buffer) {
    count += 1
    line.push({ client, request })
    void work()
  }

  return {
    ask,
    leave,
    run(statement) {
      return new Promise(resolve => ask({ ...nobody, answer: answer => resolve([...answer]) }, query(statement)))
    },
    requests: () => count,
  }
}

const nobody: Client = { answer() {}, dismiss() {} }

/** Sync first: the client may have gone in the middle of a request. */
const giveUp = Buffer.concat([sync, query('rollback')])

function forget(line: Turn[], client: Client) {
  for (let index = line.length - 1; index >= 0; index -= 1) if (line[index]!.client === client) line.splice(index, 1)
}
