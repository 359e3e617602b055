import { z } from 'zod'
import { duration, name, positiveDuration } from '../scalars.ts'

const service = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('Loopback port of the service’s router; 0 takes a free one and keeps it.'),
  instances: z.int().min(1).max(100).default(2).describe('How many instances a cluster has.'),
  health: z
    .string('a path that starts with /')
    .startsWith('/', 'a path that starts with /')
    .max(1_000)
    .default('/healthz')
    .describe('Answers 2xx when the instance can take traffic.'),
  startTimeout: positiveDuration.prefault('30s').describe('How long an instance may take to become healthy.'),
  directory: z
    .string()
    .min(1)
    .max(4_096)
    .default('.')
    .describe('Releases run here and relative commands are looked up here; relative to this file.'),
  responseTimeout: positiveDuration
    .prefault('60s')
    .describe('How long a release may take until the first byte of a response.'),
  drainTimeout: duration.prefault('10s').describe('How long requests in flight may take when an instance is drained.'),
  stickyCookie: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a cookie name')
    .max(100)
    .optional()
    .describe('Cookie that keeps a client on its cluster; off unless named.'),
  clusterHeader: z
    .boolean()
    .default(false)
    .describe('Lets `x-slipway-cluster` choose the cluster; such requests are labelled and never judged.'),
})

export type ProcessService = z.output<typeof service>

export const processTarget = z.strictObject({
  type: z.literal('process').describe('Real processes on this machine, behind a weighted router.'),
  environment: name.describe('What permissions and freezes hang on.'),
  region: name.optional().describe('Where it is.'),
  services: z.record(name, service).describe('Only these services may be deployed here.'),
})

export type ProcessTarget = z.output<typeof processTarget>
