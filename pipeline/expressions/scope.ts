import type { Environment } from '@marcbachmann/cel-js'
import type { Expression, Reference } from './language.ts'
import { baseEnvironment } from './language.ts'

/**
 * How `stages` gets into CEL: every stage is a variable of its own, `s_0`, `s_1`, …, and `stages['us-canary']` is
 * replaced by its variable before the expression is compiled. The replacement has the same length, so positions in
 * messages stay true; and what an expression reads of other stages is known without running it.
 */

/** Throws when a reference is none of the given ids: check references first. */
export function withStageVariables({ source, references }: Expression, ids: readonly string[]): string {
  let text = source
  for (const { root, key, start, end } of references) {
    if (root !== 'stages' || key === null) continue
    text = text.slice(0, start) + stageVariable(ids.indexOf(key)).padEnd(end - start) + text.slice(end)
  }
  return text
}

export function stageVariable(index: number): string {
  if (index < 0) throw new Error('a stage that is not known was read')
  return `s_${index}`
}

export function stageReferences(expression: Expression): (Reference & { key: string })[] {
  return expression.references.filter((reference): reference is Reference & { key: string } => {
    return reference.root === 'stages' && reference.key !== null
  })
}

const mostStages = 200

/** For evaluation: types were checked when the pipeline was validated, values carry theirs. */
export const evaluationEnvironment: Environment = dynamic()

function dynamic(): Environment {
  const environment = baseEnvironment.clone()
  for (const root of ['parameters', 'trigger', 'execution', 'matrix']) environment.registerVariable(root, 'map')
  for (let index = 0; index < mostStages; index++) environment.registerVariable(stageVariable(index), 'map')
  return environment
}
