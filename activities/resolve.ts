import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { ExpressionError } from '../pipeline/expressions/errors.ts'
import { evaluateCondition, resolveStage } from '../pipeline/expressions/resolve.ts'
import { nextOpening } from '../pipeline/windows.ts'
import type { Resolved, ResolveRequest } from './requests.ts'

/** Whether the stage runs, with what, and when. An expression that fails, fails the stage. */
export function resolve(request: ResolveRequest): Resolved {
  const { stage, context, now } = request
  try {
    if (stage.when !== undefined && !evaluateCondition(stage.when, context))
      return { outcome: 'skip', reason: `its condition does not hold: ${stage.when}` }
    const opensAt = now === undefined || stage.windows === undefined ? null : opening(request, now)
    return {
      outcome: 'run',
      stage: resolveStage(stage, context),
      ...(opensAt === null ? {} : { opensAt }),
      ...(stage.type === 'judgment' ? { seen: hash(request) } : {}),
    }
  } catch (error) {
    if (error instanceof ExpressionError) return { outcome: 'failed', reason: error.message }
    throw error
  }
}

/** The share of the jitter follows from the run and the stage, so that it does not change while it is waited for. */
function opening({ stage, context }: ResolveRequest, now: number): number | null {
  const bits = createHash('sha256').update(`${context.execution.id}/${stage.id}`).digest()
  return nextOpening(stage.windows!, now, bits.readUInt32BE() / 2 ** 32)
}

/** Binds an answer to what was asked: the question, the definition, the parameters, and all that came before it. */
function hash({ stage, context, definition = '' }: ResolveRequest): string {
  const seen = canonicalize({ stage, context, definition }) ?? ''
  return createHash('sha256').update(seen).digest('hex')
}
