import { z } from 'zod'
import { httpAddress } from '../connections.ts'
import { secret } from '../secret.ts'
import { source } from './source.ts'

export const datadog = z.strictObject({
  type: z.literal('datadog').describe('Datadog’s timeseries query API.'),
  ...source,
  url: httpAddress.prefault('https://api.datadoghq.com').describe('Address of your site’s API.'),
  apiKey: secret.describe('API key.'),
  applicationKey: secret.describe('Application key that may read timeseries.'),
})
