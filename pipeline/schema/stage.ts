import { z } from 'zod'
import type { Cell } from '../matrix.ts'
import { canary } from './stages/canary.ts'
import { deploy } from './stages/deploy.ts'
import { judgment } from './stages/judgment.ts'
import { notify } from './stages/notify.ts'
import { pipeline } from './stages/pipeline.ts'
import { promote } from './stages/promote.ts'
import { rollback } from './stages/rollback.ts'
import { run } from './stages/run.ts'
import { scale } from './stages/scale.ts'
import { verify } from './stages/verify.ts'
import { wait } from './stages/wait.ts'
import { webhook } from './stages/webhook.ts'

/** One schema a stage type; one file each in `stages/`. */
export const stageSchemas = {
  canary,
  deploy,
  judgment,
  notify,
  pipeline,
  promote,
  rollback,
  run,
  scale,
  verify,
  wait,
  webhook,
} as const

export const stage = z.discriminatedUnion('type', [
  canary,
  deploy,
  judgment,
  notify,
  pipeline,
  promote,
  rollback,
  run,
  scale,
  verify,
  wait,
  webhook,
])

/** A stage of a definition that runs; one of a matrix knows its `cell`. */
export type Stage = z.output<typeof stage> & { cell?: Cell }
export type StageType = Stage['type']
export type StageOf<T extends StageType> = Extract<Stage, { type: T }>
