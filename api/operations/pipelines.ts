import type { PipelineSummary } from '../contract/pipelines.ts'
import type { Definition } from '../definitions/definition.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function pipelineOperations({
  catalog,
  check,
}: Services): Pick<Handlers, 'listPipelines' | 'getPipeline' | 'validatePipeline'> {
  return {
    async listPipelines() {
      const [items, sources] = await Promise.all([catalog.list(), catalog.sources()])
      return { body: { items: items.map(summary), sources } }
    },

    async getPipeline({ params: { name } }) {
      const definition = await catalog.get(name)
      if (definition === null) throw new Refusal('not-found', `there is no pipeline ${name}`)
      const { text, pipeline, definitionHash } = definition
      return { body: { ...summary(definition), text, definition: toJson(pipeline), definitionHash } }
    },

    async validatePipeline({ body: { text } }) {
      const { pipeline, problems } = check(text, 'pipeline.yaml')
      return { body: { valid: pipeline !== null, problems: [...problems], name: pipeline?.name ?? null } }
    },
  }
}

function summary({ name, source, origin, revision, problems, pipeline, refused }: Definition): PipelineSummary {
  return {
    name,
    application: pipeline?.application ?? null,
    description: pipeline?.description ?? null,
    source,
    origin,
    revision,
    valid: pipeline !== null,
    problems,
    refused,
    parameters: pipeline?.parameters ?? {},
    stages: (pipeline?.stages ?? []).map(({ id, type, needs }, index, all) => ({
      id,
      type,
      needs: needs ?? (index === 0 ? [] : [all[index - 1]!.id]),
    })),
  }
}

/** Through JSON once: keys that are undefined are not there. */
function toJson(value: unknown) {
  return JSON.parse(JSON.stringify(value))
}
