import { z } from 'zod'
import { selectorLabels } from '../../../expressions/query.ts'
import { positiveDuration } from '../../scalars.ts'
import { isMap, worded } from '../../words.ts'
import { headerName, headerValue, httpAddress, reach } from '../connections.ts'
import { secret } from '../secret.ts'

const auth = worded(
  z.union([
    z.strictObject({ bearer: secret.describe('Token that is sent as `Authorization: Bearer`.') }),
    z.strictObject({ user: z.string().min(1).max(200).describe('Name to log in with.'), password: secret }),
  ]),
  'a map with "bearer", or with "user" and "password"',
  input => {
    if (!isMap(input)) return null
    return 'bearer' in input ? 0 : 1
  },
)

const tls = z.strictObject({
  ca: secret.optional().describe('Certificates that are trusted instead of the well-known ones; PEM.'),
  cert: secret.optional().describe('Certificate to show; PEM.'),
  key: secret.optional().describe('And its key; PEM.'),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('Name in the certificate, when it is not that of the address.'),
})

const label = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'the name of a label')

/** What every source of metrics over HTTP has, besides its own type and what only it needs. */
export const source = {
  url: httpAddress.describe('Its base address.'),
  ...reach,
  auth: auth.optional().describe('How it is logged in to.'),
  headers: z
    .record(headerName, headerValue)
    .default({})
    .describe('Sent with every request, such as `x-scope-orgid` for the tenant.'),
  tls: tls.optional().describe('Certificates, where the usual ones do not do.'),
  timeout: positiveDuration.prefault('10s').describe('How long one query may take.'),
  labels: z
    .partialRecord(
      z.enum(selectorLabels),
      worded(z.union([label, z.literal(false)]), 'a label, or false', input => (input === false ? 1 : 0)),
    )
    .default({})
    .describe('What it calls the labels of `selector`; `false` leaves one out.'),
}
