import type { Response } from 'express'
import type { StoredEvent } from '../../pipeline/execution.ts'
import { storedEvent } from '../contract/execution.ts'
import { unavailable } from '../http/refusal.ts'
import type { Feed } from './feed.ts'
import type { Viewer } from './viewer.ts'

export interface EventStreamRequest {
  /** Send what comes after this position; null: what comes from now on. */
  after: number | null
  execution: string | undefined
  /** Aborts when the caller has gone or the server stops. */
  signal: AbortSignal
  /** Asked about every event, and renewed at every heartbeat. */
  viewer: Viewer
}

export interface Pace {
  /** Milliseconds between two signs of life, and between two questions whether the caller may go on. */
  heartbeat: number
  /** A reader that takes nothing for so many milliseconds is given up: it can resume. */
  slowest: number
}

const usual: Pace = { heartbeat: 15_000, slowest: 30_000 }
const batch = 200

/**
 * Writes events as server-sent events until the caller leaves, loses the permission, or the store cannot be read.
 * The first message, `live`, tells the position that the stream starts from.
 */
export async function writeEvents(
  feed: Feed,
  response: Response,
  request: EventStreamRequest,
  pace = usual,
): Promise<void> {
  const send = (text: string) => write(response, text, request.signal, pace.slowest)
  const newest = feed.position()
  if (newest === null || feed.isStale()) throw unavailable('the store cannot be read; nothing to stream', 1)
  // Ahead of the store means another store: begin where this one is.
  let position = Math.min(request.after ?? newest, newest)
  response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  await send(message({ id: position, event: 'live', data: JSON.stringify({ position }) }))

  let beatAt = performance.now() + pace.heartbeat
  while (!request.signal.aborted) {
    // Before what comes next is sent, however much of it there is: who catches up on a long past is asked, too.
    if (performance.now() >= beatAt) {
      if (!(await request.viewer.renew())) break
      beatAt = performance.now() + pace.heartbeat
      await send(': alive\n\n')
    }
    const slice = await feed.read(position, batch, request.execution)
    position = slice.position
    const seen = await seenBy(request.viewer, slice.events)
    if (seen.length > 0) await send(seen.map(eventMessage).join(''))
    if (slice.events.length === batch) continue
    const beat = AbortSignal.timeout(Math.max(1, Math.ceil(beatAt - performance.now())))
    await feed.changed(position, AbortSignal.any([request.signal, beat]), request.execution)
    if (feed.isStale()) break
  }
  response.end()
}

async function seenBy(viewer: Viewer, events: readonly StoredEvent[]): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = []
  for (const event of events) if (await viewer.sees(event.execution)) seen.push(event)
  return seen
}

function eventMessage(event: StoredEvent): string {
  return message({ id: event.position, data: JSON.stringify(storedEvent.parse(event)) })
}

function message({ id, event, data }: { id: number; event?: string; data: string }): string {
  return `id: ${id}\n${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`
}

/** Resolves when the reader can take more. */
async function write(response: Response, text: string, signal: AbortSignal, slowest: number): Promise<void> {
  if (response.write(text) || signal.aborted) return
  await new Promise<void>(resolve => {
    const giveUp = setTimeout(() => response.destroy(), slowest)
    const done = () => {
      clearTimeout(giveUp)
      response.off('drain', done)
      response.off('close', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
    signal.addEventListener('abort', done)
  })
}
