import { z } from 'zod'
import { analysis } from './analysis.ts'
import { duration, name, template } from './scalars.ts'

/** The bundle to deploy; or one expression that gives the release of an earlier stage. */
export const release = z.union([
  z.strictObject({
    version: template,
    command: z.array(template).min(1).optional(),
    image: template.optional(),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), template).optional(),
    config: z.array(name).optional(),
    digest: template.optional(),
  }),
  z.string().regex(/^\$\{\{.*\}\}$/s, 'a release, or one expression such as ${{ stages.canary.release }}'),
])

const common = {
  id: name,
  /** Without it a stage follows the one above. */
  needs: z.array(name).optional(),
  when: template.optional(),
  timeout: duration.optional(),
}

const onVerdict = z.strictObject({
  fail: z.enum(['rollback', 'hold', 'ignore']).default('rollback'),
  insufficient: z.enum(['rollback', 'hold', 'promote']).default('hold'),
  errored: z.enum(['rollback', 'hold']).default('rollback'),
})

const canary = z.strictObject({
  ...common,
  type: z.literal('canary'),
  target: name,
  service: name,
  release,
  baseline: z.enum(['fresh', 'stable']),
  steps: z
    .array(z.strictObject({ weight: z.number().min(0.1).max(100), for: duration }))
    .min(1)
    .max(50),
  analysis,
  onPass: z.enum(['next', 'promote']).default('next'),
  onVerdict: onVerdict.prefault({}),
  /** The longest a canary is held for a person, then it is rolled back. */
  maxHold: duration.prefault('1h'),
  /** How long the old version stays warm after promotion. */
  bake: duration.optional(),
})

const deploy = z.strictObject({
  ...common,
  type: z.literal('deploy'),
  target: name,
  service: name,
  release,
  strategy: z.enum(['rolling']).default('rolling'),
  instances: z.int().min(1).max(1000).optional(),
})

const judgment = z.strictObject({
  ...common,
  type: z.literal('judgment'),
  approvals: z.int().min(1).max(20).default(1),
  approvers: z.array(z.string()).optional(),
})

const wait = z.strictObject({
  ...common,
  type: z.literal('wait'),
  for: duration,
})

export const stage = z.discriminatedUnion('type', [canary, deploy, judgment, wait])

export type Stage = z.output<typeof stage>
export type StageType = Stage['type']
export type StageOf<T extends StageType> = Extract<Stage, { type: T }>
export type ReleaseTemplate = z.output<typeof release>
