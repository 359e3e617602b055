import { ok, serve } from './shop.mjs'

/** A good release: a new field, as fast and as right as before. */
serve({ version: '1.1.0', answer: (_request, response) => ok(response, { order: 'accepted', currency: 'EUR' }) })
