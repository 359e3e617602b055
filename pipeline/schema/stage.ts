import { z } from 'zod'
import type { Cell } from '../matrix.ts'
import { canary } from './stages/canary.ts'
import { deploy } from './stages/deploy.ts'
import { judgment } from './stages/judgment.ts'
import { promote } from './stages/promote.ts'
import { rollback } from './stages/rollback.ts'
import { scale } from './stages/scale.ts'
import { wait } from './stages/wait.ts'

/** One schema a stage type; one file each in `stages/`. */
export const stageSchemas = { canary, deploy, judgment, promote, rollback, scale, wait } as const

export const stage = z.discriminatedUnion('type', [canary, deploy, judgment, promote, rollback, scale, wait])

/** A stage of a definition that runs; one of a matrix knows its `cell`. */
export type Stage = z.output<typeof stage> & { cell?: Cell }
export type StageType = Stage['type']
export type StageOf<T extends StageType> = Extract<Stage, { type: T }>
