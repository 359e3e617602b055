import express, { type Express } from 'express'
import type { Logger } from 'pino'
import type { Identify } from '../auth/identity.ts'
import type { Pace } from '../live/event-stream.ts'
import { createHandlers } from '../operations/operations.ts'
import type { Services } from '../services.ts'
import { accessLog } from './access-log.ts'
import { apiHeaders, bodyCap, knownHosts, requestIds, strictTransport } from './guards.ts'
import { mountRoutes } from './mount.ts'
import { userInterface } from './pages.ts'
import { problemHandler } from './problems.ts'
import { reference } from './reference.ts'
import { Refusal } from './refusal.ts'
import { letViewersRead } from './viewers.ts'

export interface AppOptions {
  services: Services
  identify: Identify
  /** Values of `Host` that mean this server. */
  hosts(): ReadonlySet<string>
  /** Origins of pages that may have payloads decrypted. */
  viewers: ReadonlySet<string>
  /** Folder of the built user interface; null when there is none to serve. */
  pages: string | null
  stopping: AbortSignal
  /** Networks of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** Of event streams; absent: the usual one. */
  pace?: Pace | undefined
  log: Logger
}

/** The whole of HTTP: guards that need no identity first, then the API, then the pages, then what is left over. */
export function createApp(options: AppOptions): Express {
  const { services, identify, hosts, viewers, pages, stopping, trustedProxies, pace, log } = options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('trust proxy', trustedProxies.length === 0 ? false : [...trustedProxies])

  const isSecure = () => services.url().startsWith('https:')
  app.use(requestIds, strictTransport(isSecure), accessLog(log, services.metrics), knownHosts(hosts), bodyCap)
  app.use(['/api', '/healthz', '/metrics', '/openapi.json'], apiHeaders)
  app.use(letViewersRead(viewers))
  mountRoutes(app, { services, handlers: createHandlers(services), identify, stopping, pace })
  app.use('/api', request => {
    throw new Refusal('not-found', `there is no operation at ${request.method} ${request.baseUrl}${request.path}`)
  })
  app.use('/docs', reference())
  app.use(userInterface(pages))
  app.use(request => {
    throw new Refusal('not-found', `there is nothing at ${request.path}`)
  })
  app.use(problemHandler(log))
  return app
}
