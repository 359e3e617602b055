import { z } from 'zod'

/** Built in as `router` for every process target; others are named here. */
export const metricsConnection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('prometheus').describe('A Prometheus server or what speaks its query API.'),
    url: z.url({ protocol: /^https?$/, error: 'an http or https address' }).describe('Its base address.'),
  }),
])
