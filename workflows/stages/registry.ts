import { canary } from './canary.ts'
import { deploy } from './deploy.ts'
import { judgment } from './judgment.ts'
import type { StageRegistry } from './stage.ts'
import { wait } from './wait.ts'

/** Every stage type that can run. */
export const stageRegistry = { canary, deploy, judgment, wait } satisfies StageRegistry
