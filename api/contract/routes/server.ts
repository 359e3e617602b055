import { z } from 'zod'
import { health, serverAnswer } from '../server.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const serverRoutes = {
  getHealth: {
    method: 'get',
    path: '/healthz',
    permission: 'public',
    summary:
      'Ready to start runs? 200 or 503 with the same body. `probe=live` answers 200 whenever the process answers.',
    params: none,
    query: z.strictObject({ probe: z.enum(['live', 'ready']).default('ready') }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: health },
    problems: [],
  },
  getOpenapi: {
    method: 'get',
    path: '/openapi.json',
    permission: 'public',
    summary: 'This document. To read and to try it, see `/docs`.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: z.looseObject({ openapi: z.string() }) },
    problems: [],
  },
  getServer: {
    method: 'get',
    path: '/api/v1/server',
    permission: 'server:read',
    summary: 'Which version answers, and which configuration is in force: a file that is not valid is not.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: serverAnswer },
    problems: [],
  },
  getMetrics: {
    method: 'get',
    path: '/metrics',
    permission: 'server:read',
    summary: 'Figures about this server, for Prometheus.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'text/plain', schema: z.string() },
    problems: [],
  },
} as const satisfies Record<string, Route>
