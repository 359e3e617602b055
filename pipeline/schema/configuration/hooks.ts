import { z } from 'zod'
import { secret } from './secret.ts'

const keys = {
  secret: secret.describe('The key that the sender has.'),
  previous: secret.optional().describe('Another key that is accepted too, while the sender is given the new one.'),
}

const header = z
  .string('the name of a header')
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of a header')
  .transform(text => text.toLowerCase())

/** Who may send webhooks to `POST /api/v1/hooks/NAME`, and how that is proved. */
export const hookSource = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('github').describe('Signed by GitHub: `X-Hub-Signature-256`.'), ...keys })
    .describe('GitHub, GitHub Enterprise, Gitea; also the package events of GHCR. Choose application/json there.'),
  z
    .strictObject({
      type: z.literal('gitlab').describe('Carries the secret token of GitLab: `X-Gitlab-Token`.'),
      ...keys,
    })
    .describe('GitLab. The token is sent as it is, so use https.'),
  z
    .strictObject({
      type: z.literal('standard').describe('Signed as Standard Webhooks says; keys are `whsec_…`.'),
      ...keys,
    })
    .describe('The safest one: id and time are signed, and a time that is more than 5 minutes off is refused.'),
  z
    .strictObject({
      type: z.literal('hmac').describe('Signed with an HMAC of the body, in a header of your choice.'),
      ...keys,
      header: header.prefault('x-signature-256').describe('The header that holds the signature.'),
      prefix: z.string().max(20).default('').describe('What stands before it, such as `sha256=`.'),
      algorithm: z.enum(['sha256', 'sha512']).default('sha256').describe('Of the HMAC.'),
      encoding: z.enum(['hex', 'base64']).default('hex').describe('Of the signature.'),
      timestamp: header
        .optional()
        .describe(
          'Header with the Unix time, signed before the body (`TIME.BODY`); more than 5 minutes off is refused.',
        ),
    })
    .describe('Whatever can compute an HMAC. With a timestamp an old request cannot be sent again.'),
  z
    .strictObject({
      type: z.literal('token').describe('Carries a secret in a header.'),
      ...keys,
      header: header.prefault('authorization').describe('The header whose whole value is the secret.'),
    })
    .describe('A Docker registry (`notifications.endpoints[].headers`) or Harbor (auth header). Use https.'),
])

export type HookSource = z.output<typeof hookSource>
export type HookType = HookSource['type']
export type HookOf<T extends HookType> = Extract<HookSource, { type: T }>
