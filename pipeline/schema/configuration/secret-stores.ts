import { z } from 'zod'
import { name, positiveDuration } from '../scalars.ts'
import { httpAddress, reach } from './connections.ts'
import { kubernetesConnection } from './kubernetes-target.ts'
import { localSecret } from './secret.ts'

const vault = z.strictObject({
  type: z.literal('vault').describe('HashiCorp Vault, OpenBao, or what speaks their key/value API, version 2.'),
  url: httpAddress.describe('Its address.'),
  ...reach,
  token: localSecret.describe('What it is asked with, such as the file that an agent writes; read each time.'),
  mount: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'the path of a mount')
    .default('secret')
    .describe('Where the key/value engine is mounted.'),
  namespace: z.string().min(1).max(200).optional().describe('Of Vault Enterprise and OpenBao.'),
  timeout: positiveDuration.prefault('5s').describe('How long one request may take.'),
})

const kubernetes = z.strictObject({
  type: z.literal('kubernetes').describe('Secrets of one namespace of a Kubernetes cluster.'),
  connection: kubernetesConnection.describe('The cluster, and as whom we talk to it.'),
  namespace: name.describe('Only secrets of this namespace are read.'),
})

/** Where secrets are kept that are neither in the environment nor in a file. */
export const secretStore = z.discriminatedUnion('type', [vault, kubernetes])

export type SecretStoreConfiguration = z.output<typeof secretStore>
export type SecretStoreOf<T extends SecretStoreConfiguration['type']> = Extract<SecretStoreConfiguration, { type: T }>
