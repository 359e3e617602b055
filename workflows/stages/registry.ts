import { canary } from './canary.ts'
import { deploy } from './deploy.ts'
import { judgment } from './judgment.ts'
import { promote } from './promote.ts'
import { rollback } from './rollback.ts'
import { scale } from './scale.ts'
import type { StageRegistry } from './stage.ts'
import { wait } from './wait.ts'

/** Every stage type that can run. */
export const stageRegistry = { canary, deploy, judgment, promote, rollback, scale, wait } satisfies StageRegistry
