import { z } from 'zod'
import { httpAddress } from '../connections.ts'
import { secret } from '../secret.ts'
import { source } from './source.ts'

export const newrelic = z.strictObject({
  type: z.literal('newrelic').describe('New Relic by NRQL over NerdGraph; the window is added to each query.'),
  ...source,
  url: httpAddress.prefault('https://api.newrelic.com').describe('Or https://api.eu.newrelic.com.'),
  account: z.int().positive().describe('Number of the account.'),
  apiKey: secret.describe('User key.'),
})
