import { breakerList } from '../breakers.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const breakerRoutes = {
  listBreakers: {
    method: 'get',
    path: '/api/v1/breakers',
    permission: 'server:read',
    summary: 'How the circuit breakers around the metric providers stand, as far as this process asks them.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: breakerList },
    problems: [],
  },
} as const satisfies Record<string, Route>
