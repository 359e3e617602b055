import { z } from 'zod'
import { release } from '../release.ts'
import { duration, positiveDuration } from '../scalars.ts'
import { common, place } from './common.ts'
import { probe } from './probe.ts'

export const deployStrategies = ['rolling', 'blue-green', 'recreate', 'canary'] as const

const step = z.strictObject({
  weight: z.number().min(0.1).max(100).describe('The new version’s share of live traffic, percent.'),
  for: positiveDuration.default(0).describe('How long; without it the next step follows at once.'),
})

export const deploy = z
  .strictObject({
    ...common,
    type: z.literal('deploy'),
    ...place,
    release,
    strategy: z
      .enum(deployStrategies)
      .default('rolling')
      .describe(
        '`rolling`: instance by instance; `blue-green`: beside the old version, checked, then all traffic at once; ' +
          '`recreate`: the old version ends before the new one starts; `canary`: traffic in steps, judged by nobody.',
      ),
    instances: z.int().min(1).max(1000).optional().describe('Without it as many as the service has.'),
    checks: z
      .array(probe)
      .max(20)
      .optional()
      .describe('`blue-green`: requests to the new version before it gets traffic; one that fails fails the stage.'),
    switch: z
      .enum(['auto', 'later'])
      .optional()
      .describe('`blue-green`: `later` leaves the new version as `preview`, for a `promote` stage to switch to it.'),
    steps: z.array(step).min(1).max(50).optional().describe('`canary`: how traffic grows.'),
    bake: duration
      .optional()
      .describe(
        '`blue-green` and `canary`: how long the old version stays warm after the switch; one call restores it.',
      ),
  })
  .describe('Replaces a service’s stable version.')
