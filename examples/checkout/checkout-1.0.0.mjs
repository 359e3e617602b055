import { ok, serve } from './shop.mjs'

serve({ version: '1.0.0', answer: (_request, response) => ok(response, { order: 'accepted' }) })
