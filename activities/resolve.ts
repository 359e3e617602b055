import { ExpressionError } from '../pipeline/expressions/errors.ts'
import { evaluateCondition, resolveStage } from '../pipeline/expressions/resolve.ts'
import type { Resolved, ResolveRequest } from './requests.ts'

/** Whether the stage runs, and with what. An expression that fails, fails the stage. */
export function resolve({ stage, context }: ResolveRequest): Resolved {
  try {
    if (stage.when !== undefined && !evaluateCondition(stage.when, context))
      return { outcome: 'skip', reason: `its condition does not hold: ${stage.when}` }
    return { outcome: 'run', stage: resolveStage(stage, context) }
  } catch (error) {
    if (error instanceof ExpressionError) return { outcome: 'failed', reason: error.message }
    throw error
  }
}
