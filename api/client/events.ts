import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { StoredEvent } from '../../pipeline/execution.ts'
import { routes } from '../contract/routes.ts'
import { type Connection, reach, requestHeaders, requestPath } from './connection.ts'
import { ApiProblem, readProblem } from './errors.ts'

/**
 * `live`: the stream is connected, everything after `position` follows. `lost`: it is not; what was shown so far may be
 * out of date until the next `live`. Events between the two are not missed: they come after the next `live`.
 */
export type LiveEvent =
  | { type: 'live'; position: number }
  | { type: 'lost'; error: unknown }
  | { type: 'event'; event: StoredEvent }

export interface EventStreamOptions {
  /** Ends the stream; required, since nothing else does. */
  signal: AbortSignal
  /** Only this run. */
  execution?: string
  /** Begin after this position; absent: now. */
  after?: number
}

/** A server that is alive writes at least every 15 s; after this long without a byte the connection counts as lost. */
const silence = 40_000
const firstRetry = 200
const lastRetry = 5_000

/** Each event exactly once and in order. Ends when `signal` aborts, throws only when the server refuses for good. */
export async function* streamEvents(connection: Connection, options: EventStreamOptions): AsyncGenerator<LiveEvent> {
  let position = options.after ?? null
  let delay = firstRetry
  while (!options.signal.aborted) {
    const begun = Date.now()
    try {
      for await (const item of connectOnce(connection, options, position)) {
        if (item.type === 'live') position = item.position
        if (item.type === 'event') position = item.event.position
        yield item
      }
      if (!options.signal.aborted) yield { type: 'lost', error: new Error('the server closed the stream') }
    } catch (error) {
      if (options.signal.aborted) return
      if (isFinal(error)) throw error
      yield { type: 'lost', error }
    }
    if (Date.now() - begun > lastRetry) delay = firstRetry
    await pause(delay, options.signal)
    delay = Math.min(delay * 2, lastRetry)
  }
}

async function* connectOnce(
  connection: Connection,
  options: EventStreamOptions,
  position: number | null,
): AsyncGenerator<LiveEvent> {
  const watchdog = new AbortController()
  const signal = AbortSignal.any([options.signal, watchdog.signal])
  let timer = setTimeout(() => watchdog.abort(new Error('the event stream went silent')), silence)
  try {
    const headers = requestHeaders(connection)
    headers.set('accept', 'text/event-stream')
    if (position !== null) headers.set('last-event-id', String(position))
    const path = requestPath(routes.streamEvents, { execution: options.execution })
    const response = await reach(connection, path, { headers, signal, cache: 'no-store' })
    if (!response.ok || response.body === null) throw new ApiProblem(await readProblem(response), response.headers)

    const messages: EventSourceMessage[] = []
    const parser = createParser({ onEvent: message => messages.push(message) })
    const decoder = new TextDecoder()
    const reader = response.body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => watchdog.abort(new Error('the event stream went silent')), silence)
      parser.feed(decoder.decode(value, { stream: true }))
      for (const message of messages.splice(0)) yield toLiveEvent(message)
    }
  } finally {
    clearTimeout(timer)
    watchdog.abort()
  }
}

function toLiveEvent(message: EventSourceMessage): LiveEvent {
  if (message.event === 'live') return { type: 'live', position: Number(message.id) }
  return { type: 'event', event: JSON.parse(message.data) as StoredEvent }
}

/** A refusal that will be the same next time. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  const { status } = error.problem
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
