import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { Catalog } from '../definitions/catalog.ts'

/**
 * Names of the targets that a run of a pipeline may touch: those of its own stages and of all pipelines that it starts,
 * however far down. A target that an expression gives is there as it is written.
 */
export async function reachOf(pipeline: Pipeline, catalog: Pick<Catalog, 'get'>): Promise<string[]> {
  const seen = new Map([[pipeline.name, pipeline]])
  // A map goes on over what is added to it.
  for (const one of seen.values())
    for (const name of startedBy(one)) {
      if (seen.has(name)) continue
      const started = (await catalog.get(name))?.pipeline
      // One that cannot run now is looked at again when it is started.
      if (started) seen.set(name, started)
    }
  return [...new Set([...seen.values()].flatMap(targetsOf))].sort()
}

/** Of its own stages; a target that an expression gives is known only when it runs. */
export function targetsOf({ stages }: Pipeline): string[] {
  return stages.flatMap(stage => ('target' in stage && typeof stage.target === 'string' ? [stage.target] : []))
}

/** Names of the pipelines that its stages start. */
export function startedBy({ stages }: Pipeline): string[] {
  return stages.flatMap(stage => (stage.type === 'pipeline' ? [stage.pipeline] : []))
}
