import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics/metrics.ts'

/** One line and one observation for each answer. No query, no header, no body: they may hold what is nobody's business. */
export function accessLog(log: Logger, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now()
    response.on('close', () => {
      const ms = Math.round(performance.now() - begun)
      const route = typeof request.route?.path === 'string' ? request.route.path : 'other'
      metrics.requests.observe({ method: request.method, route, status: response.statusCode }, ms / 1_000)
      const line = {
        requestId: request.id,
        method: request.method,
        path: request.path,
        status: response.statusCode,
        ms,
      }
      log.debug(line, 'request')
    })
    next()
  }
}
