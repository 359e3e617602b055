import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { Router } from 'express'
import { csrfHeader } from '../contract/routes.ts'
import { pageHeaders } from './guards.ts'

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const files = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])

/**
 * `/docs`: the reference of the API, to read and to try. Swagger UI draws with markup and inline styles, which our own
 * page may not; scripts come from here alone, as everywhere.
 */
export function reference(): Router {
  const router = Router()
  router.use(pageHeaders, (_request, response, next) => {
    response.set('content-security-policy', policy)
    next()
  })
  router.get('/', (_request, response) => void response.type('html').send(page))
  router.get('/start.js', (_request, response) => void response.type('text/javascript').send(script))
  router.use((request, _response, next) => (files.has(request.path.slice(1)) ? next() : next('router')))
  router.use(express.static(assets, { index: false, maxAge: '1d' }))
  return router
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Slipway API</title>
    <link rel="icon" href="/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <main id="reference"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

const script = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  // Whoever is signed in to the page is signed in here.
  requestInterceptor: request => {
    request.headers['${csrfHeader}'] = '1'
    return request
  },
})
`
