import { z } from 'zod'
import { source } from './source.ts'

export const influxdb = z.strictObject({
  type: z.literal('influxdb').describe('InfluxDB by InfluxQL (1.x; 2.x and 3.x by their compatible endpoint).'),
  ...source,
  database: z.string().min(1).max(200).describe('Its database, or the bucket that is mapped to one.'),
})
