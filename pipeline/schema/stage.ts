import { z } from 'zod'
import { analysis } from './analysis.ts'
import { duration, name, positiveDuration, template } from './scalars.ts'
import { isMap, worded } from './words.ts'

const aRelease = 'a release, or one expression such as ${{ stages.canary.release }}'

/** The bundle to deploy; or one expression that gives the release of an earlier stage. */
export const release = worded(
  z.union([
    z.strictObject({
      version: template.min(1, 'not empty').describe('What people call it.'),
      command: z.array(template).min(1).max(100).optional().describe('Process targets: program and arguments.'),
      image: template.optional().describe('Container targets: the image.'),
      env: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _'), template)
        .optional()
        .describe('Environment variables.'),
      config: z.array(name).max(100).optional().describe('Names of configuration objects that move with the release.'),
      digest: template.optional().describe('Digest of the image, when it is known already.'),
    }),
    z.string(aRelease).regex(/^\$\{\{[\s\S]*\}\}$/, aRelease),
  ]),
  aRelease,
  input => {
    if (isMap(input)) return 0
    return typeof input === 'string' ? 1 : null
  },
).describe('What is deployed: a bundle, or one expression that gives the release of an earlier stage.')

const common = {
  id: name.describe('Unique within the pipeline.'),
  needs: z
    .array(name)
    .max(200)
    .optional()
    .describe('Stages that must end well first. Without it a stage follows the one above; `[]` starts at once.'),
  when: template.optional().describe('An expression; the stage is skipped when it gives false.'),
  timeout: positiveDuration.optional().describe('The stage errors when it takes longer.'),
}

const place = {
  target: name.describe('A target of the server’s configuration.'),
  service: name.describe('A service of the target.'),
}

const onVerdict = z.strictObject({
  fail: z.enum(['rollback', 'hold', 'ignore']).default('rollback').describe('It was judged bad.'),
  insufficient: z.enum(['rollback', 'hold', 'promote']).default('hold').describe('Out of steps without a verdict.'),
  errored: z.enum(['rollback', 'hold']).default('rollback').describe('It could not be judged.'),
})

const step = z.strictObject({
  weight: z
    .number()
    .min(0.1)
    .max(100)
    .describe('The canary’s share of live traffic, percent. A fresh baseline gets the same share.'),
  for: positiveDuration.describe('The longest time at this step.'),
})

const canary = z
  .strictObject({
    ...common,
    type: z.literal('canary'),
    ...place,
    release,
    baseline: z
      .enum(['fresh', 'stable'])
      .describe('`fresh`: new instances of the old version with the canary’s share; `stable`: what runs already.'),
    steps: z.array(step).min(1).max(50).describe('How traffic grows.'),
    analysis: analysis.describe('How baseline and canary are compared while traffic grows.'),
    onPass: z
      .enum(['next', 'promote'])
      .default('next')
      .describe('After an early pass: the next step, or all traffic at once.'),
    onVerdict: onVerdict.prefault({}).describe('What each verdict does.'),
    maxHold: positiveDuration
      .prefault('1h')
      .describe('The longest a canary is held for a person, then it is rolled back.'),
    bake: duration.optional().describe('How long the old version stays warm after promotion.'),
  })
  .describe(
    'Puts the new version beside the old one, compares both under live traffic, and promotes it or takes it back.',
  )

const deploy = z
  .strictObject({
    ...common,
    type: z.literal('deploy'),
    ...place,
    release,
    strategy: z.enum(['rolling']).default('rolling').describe('How instances are replaced.'),
    instances: z.int().min(1).max(1000).optional().describe('Without it as many as the service has.'),
  })
  .describe('Replaces a service’s stable version.')

const judgment = z
  .strictObject({
    ...common,
    type: z.literal('judgment'),
    approvals: z.int().min(1).max(20).default(1).describe('How many different people must approve.'),
    approvers: z
      .array(z.string().min(1).max(200))
      .max(100)
      .optional()
      .describe('Who may approve: names, or `role:` and a role.'),
  })
  .describe('Waits for people.')

const wait = z
  .strictObject({
    ...common,
    type: z.literal('wait'),
    for: positiveDuration.describe('How long.'),
  })
  .describe('Waits for a time.')

/** One schema a stage type. */
export const stageSchemas = { canary, deploy, judgment, wait } as const

export const stage = z.discriminatedUnion('type', [canary, deploy, judgment, wait])

export type Stage = z.output<typeof stage>
export type StageType = Stage['type']
export type StageOf<T extends StageType> = Extract<Stage, { type: T }>
export type ReleaseTemplate = z.output<typeof release>
