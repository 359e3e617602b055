import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { network, origin } from './reach.ts'
import { secret } from './secret.ts'

const approvalLinks = z
  .strictObject({
    keys: z
      .array(secret)
      .min(1)
      .max(5)
      .describe(
        'Of 32 characters or more, the same on every server and worker. The first one signs, all are accepted.',
      ),
    lifetime: positiveDuration
      .prefault('4h')
      .describe('How long a link can be used; never longer than the judgment waits.'),
  })
  .describe('Messages about a judgment carry a link to answer it with, once.')

/** How this server is reached. */
export const server = z.strictObject({
  url: origin
    .optional()
    .describe('Where people reach it, when that is not where it listens; links in messages begin with it.'),
  trustedProxies: z
    .array(network)
    .max(50)
    .default([])
    .describe('Networks of proxies in front of it: only what they say in `X-Forwarded-For` is believed.'),
  approvalLinks: approvalLinks.optional(),
})

export type ApprovalLinksConfiguration = z.output<typeof approvalLinks>
