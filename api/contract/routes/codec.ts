import { payloads } from '../codec.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const codecRoutes = {
  decodePayloads: {
    method: 'post',
    path: '/api/v1/codec/decode',
    permission: 'history:decode',
    summary:
      'Decrypts payloads for the tools of Temporal (`--codec-endpoint …/api/v1/codec`). What is not encrypted comes back as it is. There is no `encode`: nobody is helped to write to Temporal past this server.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: payloads,
    success: { status: 200, type: 'application/json', schema: payloads },
    problems: ['not-found', 'refused', 'unavailable'],
  },
} as const satisfies Record<string, Route>
