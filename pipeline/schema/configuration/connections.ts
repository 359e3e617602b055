import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { isMap, worded } from '../words.ts'
import { network, origin } from './reach.ts'
import { secret } from './secret.ts'

export const httpAddress = z.url({ protocol: /^https?$/, error: 'an http or https address' })

export const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, 'the name of a header')

export const headerValue = worded(
  z.union([z.string().max(4_096), secret]),
  'text, or a reference to a secret',
  input => (isMap(input) ? 1 : 0),
)

/** What every connection over HTTP may reach, besides its own address. */
export const reach = {
  hosts: z
    .array(origin)
    .max(20)
    .default([])
    .describe('Further origins that may be asked or redirected to; they never get the headers of this connection.'),
  addresses: z
    .array(network)
    .max(20)
    .default([])
    .describe('Networks that may be reached although they are not public, such as 10.2.0.0/16. Link-local ones never.'),
}

const told = { timeout: positiveDuration.prefault('10s').describe('How long one request may take.') }

const http = z.strictObject({
  type: z.literal('http').describe('A service that is called over HTTP.'),
  url: httpAddress.describe('Its base address; paths are taken from here.'),
  ...reach,
  headers: z
    .record(headerName, headerValue)
    .default({})
    .describe('Sent with every request to the base address, such as `authorization`.'),
  ...told,
  largest: z.int().min(1_024).max(10_485_760).default(1_048_576).describe('Bytes of an answer that are read at most.'),
})

const slack = z.strictObject({
  type: z.literal('slack').describe('A Slack incoming webhook, or what takes the same messages.'),
  url: worded(z.union([httpAddress, secret]), 'an address, or a reference to a secret', input =>
    isMap(input) ? 1 : 0,
  ).describe('Its address, which is a secret of its own.'),
  ...reach,
  ...told,
})

const webhook = z.strictObject({
  type: z.literal('webhook').describe('Whatever takes CloudEvents over HTTP, signed as Standard Webhooks says.'),
  url: httpAddress.describe('Where they are sent.'),
  ...reach,
  secret: secret.describe('Key of the signature, `whsec_…`.'),
  format: z.enum(['cloudevents', 'cdevents']).default('cloudevents').describe('The words of the body.'),
  ...told,
})

const email = z.strictObject({
  type: z.literal('email').describe('Mail over SMTP.'),
  host: z.string().min(1).max(253).describe('SMTP server.'),
  port: z.int().min(1).max(65_535).default(587).describe('Its port.'),
  tls: z.enum(['starttls', 'tls', 'none']).default('starttls').describe('`none` only where nobody listens.'),
  user: z.string().max(200).optional().describe('Name to log in with.'),
  password: secret.optional().describe('And the password.'),
  from: z.string().min(3).max(300).describe('Sender.'),
  to: z.array(z.string().min(3).max(300)).min(1).max(50).describe('Receivers.'),
  personal: z
    .boolean()
    .default(false)
    .describe('One mail for each receiver; its approval links are for the person of that name alone: `user:ADDRESS`.'),
  ...told,
})

const github = z.strictObject({
  type: z.literal('github').describe('Commit statuses or deployments of a GitHub repository.'),
  url: httpAddress.prefault('https://api.github.com').describe('Address of its API.'),
  ...reach,
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name')
    .describe('`owner/name`.'),
  reports: z
    .enum(['status', 'deployment'])
    .default('status')
    .describe('A status of the commit, or a deployment of it with its own statuses.'),
  environment: z.string().min(1).max(100).default('production').describe('Of deployments.'),
  token: secret.describe('A token that may write statuses or deployments.'),
  ...told,
})

/** Named places outside that stages and notifications may talk to. */
export const connection = z.discriminatedUnion('type', [http, slack, webhook, email, github])

export type Connection = z.output<typeof connection>
export type ConnectionOf<T extends Connection['type']> = Extract<Connection, { type: T }>
