import { z } from 'zod'
import { duration, name } from './scalars.ts'

const processTarget = z.strictObject({
  type: z.literal('process'),
  environment: name,
  region: name.optional(),
  /** Only these services may be deployed here. */
  services: z.record(
    name,
    z.strictObject({
      /** Loopback port of the service's router; 0 takes a free one and keeps it. */
      port: z.int().min(0).max(65_535).default(0),
      instances: z.int().min(1).max(100).default(2),
      /** Answers 2xx when the instance can take traffic. */
      health: z.string().startsWith('/').default('/healthz'),
      /** How long an instance may take to become healthy. */
      startTimeout: duration.prefault('30s'),
      /** Releases run here and relative commands are looked up here; absolute once the file is loaded. */
      directory: z.string().default('.'),
      /** How long a release may take until the first byte of a response. */
      responseTimeout: duration.prefault('60s'),
      /** How long requests in flight may take when an instance is drained. */
      drainTimeout: duration.prefault('10s'),
      /** Cookie that keeps a client on its cluster; off unless named. */
      stickyCookie: z.string().optional(),
      /** Lets `x-slipway-cluster` choose the cluster; such requests are labelled and never judged. */
      clusterHeader: z.boolean().default(false),
    }),
  ),
})

/** Built in as `router` for every process target; others are named here. */
const metricsConnection = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('prometheus'), url: z.url() }),
])

const pipelineSource = z.strictObject({ directory: z.string() })

/** `slipway.yaml`: strict, without secrets. */
export const configuration = z.strictObject({
  targets: z.record(name, processTarget).default({}),
  metrics: z.record(name, metricsConnection).default({}),
  pipelines: z.array(pipelineSource).default([]),
  retention: z.strictObject({ executions: duration.prefault('90d') }).prefault({}),
})

export type Configuration = z.output<typeof configuration>
export type TargetConfiguration = Configuration['targets'][string]
export type ServiceConfiguration = TargetConfiguration['services'][string]
