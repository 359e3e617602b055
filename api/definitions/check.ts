import { serverView } from '../../pipeline/configuration.ts'
import type { Problem } from '../../pipeline/problem.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import { validatePipeline } from '../../pipeline/validate.ts'
import type { ProblemError } from '../contract/problem.ts'
import type { Check } from './definition.ts'

/** The whole check of a pipeline, against the targets and metric providers of this server. */
export function createCheck(configuration: Configuration): Check {
  const server = serverView(configuration)
  return (text, file, templates = []) => {
    const { pipeline, problems, ...checked } = validatePipeline(text, file, { server, templates })
    const notes = checked.notes.map(toError)
    return pipeline === null ? { pipeline, problems: problems.map(toError), notes } : { pipeline, problems: [], notes }
  }
}

function toError({ pointer, line, column, message }: Problem): ProblemError {
  return { pointer, line, column, message }
}
