import { z } from 'zod'
import { secret } from '../secret.ts'
import { source } from './source.ts'

export const cloudwatch = z.strictObject({
  type: z.literal('cloudwatch').describe('Amazon CloudWatch: Metrics Insights or metric maths.'),
  ...source,
  url: source.url.describe('Such as https://monitoring.eu-west-1.amazonaws.com.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1')
    .describe('Region that requests are signed for.'),
  accessKeyId: secret.describe('Access key that may call GetMetricData.'),
  secretAccessKey: secret.describe('And its secret.'),
  sessionToken: secret.optional().describe('Of temporary credentials.'),
  period: z
    .int()
    .refine(
      seconds => [1, 5, 10, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
      '1, 5, 10, 30 or a multiple of 60',
    )
    .default(60)
    .describe('Seconds a point covers.'),
})
