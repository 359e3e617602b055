import type { PipelineDetail } from '../../../../api/contract/pipelines.ts'

/** Names of the gates of all canaries of a definition, each once; none when it is not valid. */
export function gatesOf(definition: PipelineDetail['definition']): string[] {
  const { stages = [] } = (definition ?? {}) as { stages?: { gates?: { name: string }[] }[] }
  return [...new Set(stages.flatMap(({ gates = [] }) => gates.map(({ name }) => name)))]
}
