import { z } from 'zod'
import { name } from '../../../pipeline/schema/scalars.ts'
import { deliveryList, hookAnswer, hookList } from '../hooks.ts'
import { anyHeaders, none, type Route } from './route.ts'

const source = z.strictObject({ source: name })

export const hookRoutes = {
  receiveHook: {
    method: 'post',
    path: '/api/v1/hooks/{source}',
    permission: 'public',
    summary:
      'A webhook. It needs no token but the signature of its source; the answer names the runs, or why there is none.',
    params: source,
    query: none,
    headers: z.looseObject({}),
    body: null,
    raw: 1024 * 1024,
    success: { status: 202, type: 'application/json', schema: hookAnswer },
    problems: ['not-found', 'trigger-refused', 'unavailable'],
  },
  listHooks: {
    method: 'get',
    path: '/api/v1/hooks',
    permission: 'server:read',
    summary: 'The sources of webhooks, and the pipelines that listen to them.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: hookList },
    problems: [],
  },
  listDeliveries: {
    method: 'get',
    path: '/api/v1/hooks/{source}/deliveries',
    permission: 'server:read',
    summary: 'What was sent to a source lately and what became of it, newest first.',
    params: source,
    query: z.strictObject({ limit: z.coerce.number<number | string>().int().min(1).max(200).default(50) }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: deliveryList },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
