import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Stream, Writable } from 'node:stream'
import type { ProxyServer } from 'http-proxy-3'
import type { Backend, Backends } from './backends.ts'
import { addCookie, backwardHeaders, hasBody, isIdempotent } from './headers.ts'
import type { Attempt, Recorder } from './recorder.ts'
import type { Route } from './routing.ts'
import type { Selected, Selection } from './selection.ts'

export interface ExchangeParts {
  proxy: ProxyServer
  backends: Backends
  selection: Selection
  recorder: Recorder
  stickyCookie: string | null
  responseTimeout: number
}

const mostAttempts = 3

/** One try at one instance. `count` works once and says whether this was the time. */
interface Run extends Selected {
  started: number
  timer: NodeJS.Timeout | undefined
  outgoing: ClientRequest | undefined
  count(outcome: Attempt['outcome']): boolean
  release(): void
  over: boolean
}

/**
 * One request of a client and its answer, over as many attempts as it takes.
 *
 * It is tried again when its connection could not be made (nothing was sent, so any request may be) or, if it has no
 * body and is idempotent, when the connection broke before the answer began; first on another instance of the same
 * cluster, then on the old version. Every attempt counts.
 */
export class Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #route: Route
  readonly #parts: ExchangeParts
  readonly #tried: Backend[] = []
  readonly #hasBody: boolean
  #bodyTaken = false
  #run: Run | undefined

  constructor(request: IncomingMessage, response: ServerResponse, route: Route, parts: ExchangeParts) {
    this.#request = request
    this.#response = response
    this.#route = route
    this.#parts = parts
    this.#hasBody = hasBody(request)
  }

  start(): void {
    this.#response.on('close', () => this.#left())
    const { role } = this.#route
    const selected = this.#parts.selection.inRole(role, [])
    if (selected) {
      this.#attempt(selected)
      return
    }
    this.#countMissing()
    this.#elsewhere(`no instance of ${role} is healthy`)
  }

  /** The attempt has a connection; its request is about to be sent. */
  sending(outgoing: ClientRequest): void {
    const run = this.#run
    if (!run || run.outgoing) return
    run.outgoing = outgoing
    // A switch of protocols nobody asked for is no answer at all.
    outgoing.once('upgrade', (_answer, socket) => {
      socket.destroy()
      this.#failed(run, new Error('it switched protocols without being asked'))
    })
  }

  /** The answer has begun; called before its headers are handed on. */
  answering(answer: IncomingMessage): void {
    const run = this.#run
    if (!run || run.over) return
    clearTimeout(run.timer)
    const status = answer.statusCode ?? 0
    answer.on('error', () => {})
    if (!(status >= 200 && status <= 999)) {
      this.#failed(run, new Error(`it answered with the status ${status}`), 'final')
      return
    }
    if (!validReason.test(answer.statusMessage ?? '')) answer.statusMessage = ''
    backwardHeaders(answer.headers, this.#response.shouldKeepAlive)
    const { stickyCookie } = this.#parts
    if (stickyCookie !== null && this.#route.cookie !== null && run.role === this.#route.role)
      addCookie(answer.headers, stickyCookie, this.#route.cookie)
    const outcome = status >= 500 ? 'failed' : 'answered'
    // A stream of events lasts as long as its client likes; its headers are its answer.
    if (isEventStream(answer)) run.count(outcome)
    answer.on('end', () => this.#end(run, outcome))
    answer.on('close', () => {
      if (!run.over) this.#failed(run, new Error('it broke off its answer'))
    })
  }

  #attempt(selected: Selected): void {
    const { proxy, recorder, responseTimeout } = this.#parts
    this.#tried.push(selected.backend)
    const run = startRun(selected, this.#route, recorder, () =>
      this.#failed(run, new Error('it did not finish while its instance was drained')),
    )
    this.#run = run
    const startTimer = () => {
      run.timer = setTimeout(() => this.#late(run), responseTimeout)
    }
    // How long a body takes is the client's affair; the release's time begins when it has all of it.
    if (this.#hasBody) this.#request.once('end', () => run.over || startTimer())
    else startTimer()
    const options = {
      target: { host: '127.0.0.1', port: selected.backend.port },
      agent: selected.backend.agent,
      headers: { connection: 'keep-alive' },
      buffer: this.#body(),
    }
    try {
      proxy.web(this.#request, this.#response, options, error => this.#failed(run, error))
    } catch (error) {
      this.#failed(run, error as Error)
    }
  }

  /** A body is touched only once there is a connection, so that a request without one can go elsewhere whole. */
  #body(): Stream {
    const pipe = (outgoing: Writable) => {
      if (!this.#hasBody) return outgoing.end()
      outgoing.once('socket', socket => {
        const take = () => {
          this.#bodyTaken = true
          this.#request.pipe(outgoing)
        }
        if (socket.connecting) socket.once('connect', take)
        else take()
      })
      return outgoing
    }
    return { pipe } as unknown as Stream
  }

  #failed(run: Run, error: NodeJS.ErrnoException, retry: 'allowed' | 'final' = 'allowed'): void {
    if (run.over) return
    if (this.#response.destroyed) {
      this.#left()
      return
    }
    const unsent = error.syscall === 'connect'
    if (unsent) run.backend.suspect()
    this.#end(run, 'failed')
    run.outgoing?.destroy()
    if (this.#response.headersSent) {
      this.#response.destroy()
      return
    }
    const repeatable = unsent ? !this.#bodyTaken : !this.#hasBody && isIdempotent(this.#request)
    const reason = `${run.role} ${run.backend.version} did not answer: ${error.message}`
    if (retry === 'final' || !repeatable || this.#tried.length >= mostAttempts) {
      this.#refuse(502, reason)
      return
    }
    const selected = this.#parts.selection.inRole(run.role, this.#tried)
    if (selected) {
      this.#attempt(selected)
      return
    }
    this.#elsewhere(reason)
  }

  #late(run: Run): void {
    if (run.over) return
    const seconds = this.#parts.responseTimeout / 1_000
    this.#end(run, 'failed')
    run.outgoing?.destroy()
    this.#refuse(504, `${run.role} ${run.backend.version} did not answer within ${seconds} s`)
  }

  /** The client is gone, or all is done. */
  #left(): void {
    if (this.#run && !this.#run.over) this.#end(this.#run, 'abandoned')
  }

  #elsewhere(reason: string): void {
    const { role, way } = this.#route
    // Who asked for one cluster is not served by another.
    const selected = way === 'header' ? null : this.#parts.selection.elsewhere(role, this.#tried)
    if (selected) {
      this.#attempt(selected)
      return
    }
    this.#refuse(this.#tried.length > 0 ? 502 : 503, reason)
  }

  /**
   * A cluster that cannot take its share has failed it, although the client is served by another. Not so a baseline:
   * its failures would make any canary look good, while its silence makes the verdict `insufficient`.
   */
  #countMissing(): void {
    const { role, way } = this.#route
    const version = this.#parts.backends.version(role)
    if (version === null || role === 'baseline') return
    this.#parts.recorder.record({ role, version, instance: 'none', way, outcome: 'failed', milliseconds: 0 })
  }

  #end(run: Run, outcome: Attempt['outcome']): void {
    run.over = true
    clearTimeout(run.timer)
    run.count(outcome)
    run.release()
  }

  #refuse(status: number, error: string): void {
    refuse(this.#response, status, error, this.#hasBody && !this.#request.complete)
  }
}

/** Answers with a short JSON document. With the rest of a body still to come, the connection is of no more use. */
export function refuse(response: ServerResponse, status: number, error: string, close: boolean): void {
  if (response.headersSent || response.destroyed) return
  const body = `${JSON.stringify({ error })}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(close ? { connection: 'close' } : {}),
  })
  response.end(body)
}

export function startRun(selected: Selected, { way }: Route, recorder: Recorder, cut: () => void): Run {
  const { role, backend } = selected
  const started = performance.now()
  const release = backend.take(cut)
  let counted = false
  return {
    role,
    backend,
    started,
    timer: undefined,
    outgoing: undefined,
    over: false,
    release,
    count(outcome) {
      if (counted) return false
      counted = true
      const milliseconds = performance.now() - started
      recorder.record({ role, version: backend.version, instance: backend.id, way, outcome, milliseconds })
      return true
    },
  }
}

/** What Node lets through as a reason phrase; anything else would throw when it is written. */
const validReason = /^[\t\x20-\x7e\x80-\xff]*$/

function isEventStream({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('text/event-stream') ?? false
}
