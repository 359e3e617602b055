import { canary } from './canary.ts'
import { deploy } from './deploy.ts'
import { judgment } from './judgment.ts'
import { notify } from './notify.ts'
import { pipeline } from './pipeline.ts'
import { promote } from './promote.ts'
import { rollback } from './rollback.ts'
import { run } from './run.ts'
import { scale } from './scale.ts'
import type { StageRegistry } from './stage.ts'
import { verify } from './verify.ts'
import { wait } from './wait.ts'
import { webhook } from './webhook.ts'

/** Every stage type that can run. */
export const stageRegistry = {
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
} satisfies StageRegistry
