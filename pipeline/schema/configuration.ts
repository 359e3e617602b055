import { z } from 'zod'
import { auth } from './configuration/auth.ts'
import { connection } from './configuration/connections.ts'
import { encryption } from './configuration/encryption.ts'
import { hookSource } from './configuration/hooks.ts'
import { kubernetesTarget, namedConnection } from './configuration/kubernetes-target.ts'
import { limits } from './configuration/limits.ts'
import { metricsConnection } from './configuration/metrics.ts'
import { pipelineSource } from './configuration/pipelines.ts'
import { processTarget } from './configuration/process-target.ts'
import { imageRegistry } from './configuration/registries.ts'
import { secretStore } from './configuration/secret-stores.ts'
import { server } from './configuration/server.ts'
import { tls } from './configuration/tls.ts'
import { name, positiveDuration } from './scalars.ts'
import { subscription } from './subscription.ts'

/** `slipway.yaml`: strict, without secrets. */
export const configuration = z.strictObject({
  targets: z
    .record(name, z.discriminatedUnion('type', [processTarget, kubernetesTarget]))
    .prefault({})
    .describe('Named places to deploy to.'),
  metrics: z.record(name, metricsConnection).default({}).describe('Named metric providers.'),
  kubernetes: z
    .record(name, namedConnection)
    .default({})
    .describe('Named connections to Kubernetes clusters; targets and stores of secrets say `connection: NAME`.'),
  registries: z
    .record(name, imageRegistry)
    .default({})
    .describe('Registries of images: tags of their images become digests when a run starts.'),
  connections: z
    .record(name, connection)
    .default({})
    .describe('Named places outside that stages and notifications may talk to.'),
  notifications: z
    .array(subscription)
    .max(20)
    .default([])
    .describe('Who is told about the runs of every pipeline, besides what each says itself.'),
  pipelines: z.array(pipelineSource).max(100).prefault([]).describe('Where pipelines are read from.'),
  environments: z
    .record(
      name,
      z.strictObject({
        production: z
          .boolean()
          .default(false)
          .describe('Approvals here have to be safe from other programs of the machine: not on the embedded Temporal.'),
      }),
    )
    .default({})
    .describe('What is special about environments of targets.'),
  secrets: z
    .record(name, secretStore)
    .default({})
    .describe('Named stores of secrets, besides the environment and files of the server.'),
  tls: tls.optional(),
  server: server.prefault({}).describe('How this server is reached.'),
  auth: auth.prefault({}).describe('Who is let in, and who may do what.'),
  limits: limits.prefault({}).describe('How much one caller may take.'),
  encryption: encryption.optional(),
  hooks: z.record(name, hookSource).prefault({}).describe('Who may send webhooks, by name.'),
  retention: z
    .strictObject({
      executions: positiveDuration
        .prefault('90d')
        .describe('Ended runs are kept this long; answers to webhooks too, and 30 days at least.'),
    })
    .prefault({})
    .describe('What is kept how long.'),
})

export type Configuration = z.output<typeof configuration>
export type TargetConfiguration = Configuration['targets'][string]
