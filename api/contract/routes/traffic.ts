import { z } from 'zod'
import { duration, name } from '../../../pipeline/schema/scalars.ts'
import { traffic } from '../traffic.ts'
import { anyHeaders, type Route } from './route.ts'

const second = 1_000
const longest = 600 * second

export const trafficRoutes = {
  getTraffic: {
    method: 'get',
    path: '/api/v1/targets/{target}/services/{service}/traffic',
    permission: 'target:read',
    summary: 'The live traffic of a service by cluster: requests, failures and latency of the last seconds.',
    params: z.strictObject({ target: name, service: name }),
    query: z.strictObject({
      /** How far to look back. */
      window: duration.refine(ms => ms >= second && ms <= longest, '1s to 10m').default(10 * second),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: traffic },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
