import { ok, serve } from './shop.mjs'

/** A bad release: one order in twenty fails, and one in five waits for a lock that is held too long. */
serve({
  version: '1.2.0',
  answer: (_request, response) => {
    if (Math.random() < 0.05) {
      response.statusCode = 500
      return response.end('{"error":"no connection left in the pool"}\n')
    }
    const slow = Math.random() < 0.2
    setTimeout(() => ok(response, { order: 'accepted', currency: 'EUR' }), slow ? 600 : 0)
  },
})
