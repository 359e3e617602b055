import type { Json } from '../execution.ts'
import type { Path } from '../problem.ts'
import type { Release } from '../release.ts'
import { release as releaseSchema } from '../schema/release.ts'
import type { Stage } from '../schema/stage.ts'
import { ExpressionError } from './errors.ts'
import type { ExpressionContext } from './evaluate.ts'
import { evaluateTemplate } from './evaluate.ts'
import { mayHoldTemplate, stageTemplates } from './templates.ts'

const longestText = 16_384

/** A stage that is ready to run: no templates are left, except in metric queries, which are resolved at every look. */
export type ResolvedStage = Stage extends infer S
  ? S extends { release: unknown }
    ? S & { release: Release }
    : S
  : never

/**
 * Evaluates every template of a stage. Throws `ExpressionError` when one cannot be evaluated or does not give what its
 * place takes; a stage is never started with a literal `${{` left in place.
 *
 * `when` is not touched: it decides whether the stage runs at all, see `evaluateCondition`.
 */
export function resolveStage(stage: Stage, context: ExpressionContext): ResolvedStage {
  const resolved = structuredClone(stage)
  for (const { path, text, takes } of stageTemplates(stage)) {
    if (!mayHoldTemplate(text)) continue
    if (takes === 'text') put(resolved, path, asText(evaluateTemplate(text, context), text))
    if (takes === 'release') put(resolved, path, asRelease(evaluateTemplate(text, context), text))
  }
  return resolved as ResolvedStage
}

/** Throws `ExpressionError`, also when the result is not a boolean. */
export function evaluateCondition(template: string, context: ExpressionContext): boolean {
  const value = evaluateTemplate(template, context)
  if (typeof value === 'boolean') return value
  throw new ExpressionError(template, `a condition must give true or false, not ${JSON.stringify(value)}`)
}

function asText(value: Json, template: string): string {
  if (typeof value !== 'string') {
    throw new ExpressionError(template, `this place takes text, not ${JSON.stringify(value)}; use string()`)
  }
  if (value.length > longestText) throw new ExpressionError(template, `it gives more than ${longestText} characters`)
  return value
}

function asRelease(value: Json, template: string): Release {
  const parsed = releaseSchema.safeParse(value)
  if (parsed.success && typeof parsed.data === 'object') return parsed.data
  throw new ExpressionError(template, 'this place takes a release, such as stages.canary.release')
}

function put(stage: Stage, path: Path, value: Json | Release): void {
  let parent: Record<string | number, unknown> = stage as never
  for (const key of path.slice(0, -1)) parent = parent[key] as typeof parent
  parent[path.at(-1)!] = value
}
