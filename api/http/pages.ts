import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Request, type RequestHandler, Router } from 'express'
import { pageHeaders } from './guards.ts'

/**
 * The user interface: its files, and its one page for every address that is none of them. Open to everyone who reaches
 * the server, since it shows nothing by itself: it signs people in and asks the API.
 */
export function userInterface(folder: string | null): Router {
  const router = Router()
  router.use(pageHeaders)
  if (folder === null || !existsSync(join(folder, 'index.html'))) {
    router.get('/', notBuilt)
    return router
  }
  const year = 365 * 86_400_000
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: year, index: false }))
  router.use(express.static(folder, { index: false, cacheControl: false }))
  router.use((request, response, next) => {
    if (!isNavigation(request)) return next()
    response.set('cache-control', 'no-cache').sendFile('index.html', { root: folder })
  })
  return router
}

/** A browser that goes to an address, as opposed to a page that loads a part. */
function isNavigation(request: Request): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && request.accepts(['json', 'html']) === 'html'
}

const notBuilt: RequestHandler = (_request, response) => {
  response.type('text/plain').send('The user interface is not built here; the API and the CLI work without it.\n')
}
