import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from './control-plane.ts'

/** What may befall a request on its way to the API server. */
export type Fault =
  /** Answered in its place. */
  | { status: number; headers?: Record<string, string>; body?: object }
  /** It never arrives. */
  | 'cut'
  /** It is done, and nobody hears of it. */
  | 'answer lost'
  /** A byte now and then, and never the whole answer. */
  | 'drip'
  /** An answer without an end of which nothing ever comes. */
  | 'silent'
  /** A watch goes on from the first version of all, which the server has forgotten. */
  | 'ancient'

export interface Asked {
  method: string
  path: string
  watch: boolean
  token: string
}

/** A real API server behind a line that is not what it should be. */
export interface FlakyLine {
  url: string
  /** Everything that was asked, in order. */
  asked: Asked[]
  /** Called for each request, with its number among those with the same method and path. */
  fault: (asked: Asked, nth: number) => Fault | null
  /** Streams that are open. */
  streams(): number
  /** Ends them, at once. */
  cutStreams(): void
  close(): Promise<void>
}

/** With the certificate of the API server itself, which is for 127.0.0.1. */
export async function openFlakyLine({ server: upstream, folder }: ControlPlane): Promise<FlakyLine> {
  const pem = (name: string) => readFileSync(join(folder, 'pki', name))
  const streams = new Set<ServerResponse>()
  const seen = new Map<string, number>()

  const server = createServer({ cert: pem('apiserver.crt'), key: pem('apiserver.key') }, (incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url!, upstream)
    const token = (incoming.headers.authorization ?? '').replace('Bearer ', '')
    const asked = { method: incoming.method!, path: pathname, watch: searchParams.has('watch'), token }
    const key = `${asked.method} ${asked.path} ${asked.watch}`
    const nth = (seen.get(key) ?? 0) + 1
    seen.set(key, nth)
    line.asked.push(asked)
    const body = await text(incoming)
    const fault = line.fault(asked, nth)
    if (fault === 'cut') return void outgoing.destroy()
    if (fault === 'silent') return void outgoing.writeHead(200).flushHeaders()
    if (fault === 'drip') return drip(outgoing)
    if (fault !== null && typeof fault === 'object') {
      const status = { kind: 'Status', code: fault.status, message: 'by the line', ...fault.body }
      outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      return void outgoing.end(JSON.stringify(status))
    }
    await forward(incoming, body, outgoing, {
      loses: fault === 'answer lost',
      streams: asked.watch,
      ...(fault === 'ancient' ? { from: '1' } : {}),
    })
  }

  function forward(
    incoming: IncomingMessage,
    body: string,
    outgoing: ServerResponse,
    { loses, streams: isStream, from }: { loses: boolean; streams: boolean; from?: string },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const { method, headers } = incoming
      const url = new URL(incoming.url!, upstream)
      if (from !== undefined) url.searchParams.set('resourceVersion', from)
      const passed = request(url, { method, headers, rejectUnauthorized: false }, reply => {
        if (loses) {
          reply.resume()
          reply.on('end', () => outgoing.destroy())
          return resolve()
        }
        if (isStream) streams.add(outgoing)
        outgoing.on('close', () => {
          streams.delete(outgoing)
          reply.destroy()
        })
        outgoing.writeHead(reply.statusCode!, reply.headers)
        outgoing.flushHeaders()
        reply.pipe(outgoing)
        reply.on('error', () => outgoing.destroy())
        resolve()
      })
      passed.on('error', reject)
      passed.end(body)
    })
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const line: FlakyLine = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    fault: () => null,
    streams: () => streams.size,
    cutStreams: () => {
      for (const stream of streams) stream.destroy()
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return line
}

async function drip(outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'application/json' })
  while (!outgoing.destroyed) {
    outgoing.write(' ')
    await sleep(50)
  }
}
