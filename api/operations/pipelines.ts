import { comparePipelines, type PipelineVersion } from '../../pipeline/compare.ts'
import { readDocument } from '../../pipeline/document/read.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import { missing } from '../auth/authorize.ts'
import { isVisibleIn } from '../auth/policy.ts'
import { statedApplication } from '../auth/resources.ts'
import type { PipelineSummary } from '../contract/pipelines.ts'
import { checkInPlace } from '../definitions/check-in-place.ts'
import type { Definition } from '../definitions/definition.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

export function pipelineOperations({
  catalog,
  check,
  simulateVersions,
}: Services): Pick<Handlers, 'listPipelines' | 'getPipeline' | 'validatePipeline'> {
  return {
    async listPipelines(call) {
      const [definitions, sources] = await Promise.all([catalog.list(), catalog.sources()])
      const { access } = callerOf(call)
      const isShown = isVisibleIn(access.visible('pipeline:read'))
      const shown = definitions.filter(definition => isShown(applicationOf(definition)))
      const origins = new Set(shown.map(({ origin }) => origin))
      const theirs = sources.filter(({ origin }) => origins.has(origin) || access.canEverywhere('pipeline:read'))
      return { body: { items: shown.map(summary), sources: theirs } }
    },

    async getPipeline({ params: { name } }) {
      const definition = await catalog.get(name)
      if (definition === null) throw missing({ kind: 'pipeline', name })
      const { text, pipeline, definitionHash } = definition
      return { body: { ...summary(definition), text, definition: toJson(pipeline), definitionHash } }
    },

    async validatePipeline(call) {
      const { text, templates, simulate, parameters } = call.body
      const { pipeline, problems, notes } =
        templates.length > 0
          ? check(text, 'pipeline.yaml', templates)
          : await checkInPlace(text, callerOf(call), { catalog, check })
      if (pipeline === null)
        return { body: { valid: false, problems: [...problems], notes, name: null, preview: null } }
      const isShown = isVisibleIn(callerOf(call).access.visible('pipeline:read'))
      const inForce = await catalog.get(pipeline.name)
      const before = inForce?.pipeline && isShown(inForce.pipeline.application) ? inForce : null
      const changes = comparePipelines(before && written(before.pipeline!, before.text), written(pipeline, text))
      const isWorth = simulate && changes.length > 0
      const simulated = isWorth
        ? await simulateVersions({ before: before?.pipeline ?? null, after: pipeline, parameters }, call.signal)
        : { simulations: null, notSimulated: null }
      const preview = { base: before?.revision ?? null, changes, ...simulated }
      return { body: { valid: true, problems: [], notes, name: pipeline.name, preview } }
    },
  }
}

function written(pipeline: Pipeline, text: string): PipelineVersion {
  return { pipeline, written: readDocument(text, 'pipeline.yaml').document?.value }
}

function applicationOf({ pipeline, text }: Definition): string | null {
  return pipeline?.application ?? statedApplication(text)
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
