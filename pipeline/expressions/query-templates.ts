import type { Path } from '../problem.ts'
import type { Stage } from '../schema/stage.ts'

/** One place of a stage that may hold an expression. */
export interface StageTemplate {
  /** Inside the stage. */
  path: Path
  text: string
  /** What the place takes: text, a whole release, or yes or no; a `query` is resolved at every look. */
  takes: 'text' | 'release' | 'condition' | 'query'
}

/** The queries of metrics; `base` is where the metrics are in the stage. */
export function queryTemplates(
  metrics: Extract<Stage, { type: 'canary' }>['analysis']['metrics'],
  base: Path = ['analysis'],
): StageTemplate[] {
  return metrics.flatMap((metric, index) => {
    if ('preset' in metric) return []
    const queries = metric.kind === 'proportion' ? { bad: metric.bad, total: metric.total } : { query: metric.query }
    return Object.entries(queries).map(
      ([key, text]): StageTemplate => ({ path: [...base, 'metrics', index, key], text, takes: 'query' }),
    )
  })
}
