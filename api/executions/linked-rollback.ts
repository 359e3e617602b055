import type { Execution, Json } from '../../pipeline/execution.ts'
import type { Release } from '../../pipeline/release.ts'
import type { Pipeline, Stage } from '../../pipeline/schema/pipeline.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { ExecutionInput, StartRequest, Store } from '../../store/store.ts'
import type { Message } from '../../workflows/messages.ts'
import { Refusal } from '../http/refusal.ts'
import { bodyHash, executionId } from './ids.ts'
import { newInput } from './prepare.ts'

/** So often a run may be taken back again after an attempt that did not succeed. */
const mostAttempts = 50

/**
 * The run that takes back what an ended run did: it deploys the previous release of each stage that succeeded, newest
 * first. Asking twice gives the same run, unless the first one ended without success.
 */
export async function rollbackRequest(
  store: Store,
  ended: Execution,
  message: Message,
  now: Date,
): Promise<StartRequest> {
  const input = await store.input(ended.id)
  if (input === null) throw new Refusal('refused', `what ${ended.id} was started with is no longer kept`)
  const definition = undoing(ended, input)
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const idempotencyKey = `rollback/${ended.id}/${attempt}`
    const id = executionId(ended.pipeline, '', idempotencyKey)
    const known = await store.get(id)
    if (known !== null && isFinal(known.status) && known.status !== 'succeeded') continue
    const trigger = { type: 'rollback', by: message.by, detail: message.reason ?? ended.id } as const
    const facts = { revision: ended.revision, parameters: {}, trigger, createdAt: now, rollbackOf: ended.id }
    const run = (await store.input(id)) ?? newInput(id, definition, facts)
    return { principal: '', idempotencyKey, bodyHash: bodyHash({ rollbackOf: ended.id, attempt }), input: run }
  }
  throw new Refusal('refused', `${ended.id} was rolled back ${mostAttempts} times without success; look at the target`)
}

function undoing(ended: Execution, input: ExecutionInput): Pipeline {
  const byId = new Map(input.definition.stages.map(stage => [stage.id, stage]))
  const stages = ended.stages
    .filter(stage => stage.status === 'succeeded' && isRelease(stage.outputs.previousRelease))
    .sort((a, b) => compare(b.endedAt ?? '', a.endedAt ?? ''))
    .flatMap(stage => deployBack(byId.get(stage.id), stage.outputs.previousRelease as unknown as Release))
  if (stages.length === 0)
    throw new Refusal('refused', `${ended.id} (${ended.status}) has no stage that replaced a release; nothing to undo`)
  return { name: ended.pipeline, application: ended.application, stages }
}

/** Stages that replace a release, and say which. */
const replaces = ['canary', 'deploy', 'promote', 'rollback'] as const satisfies readonly Stage['type'][]

function deployBack(stage: Stage | undefined, previous: Release): Stage[] {
  if (stage === undefined || !replaces.some(type => type === stage.type) || !('service' in stage)) return []
  const { id, target, service } = stage
  const instances = stage.type === 'deploy' && stage.instances !== undefined ? { instances: stage.instances } : {}
  return [{ id, type: 'deploy', target, service, release: literally(previous), strategy: 'rolling', ...instances }]
}

/** A release as a definition would write it: text that looks like an expression stays text. */
function literally(release: Release): Extract<Stage, { type: 'deploy' }>['release'] {
  const escaped = JSON.stringify(release, (_key, value) =>
    typeof value === 'string' ? value.replaceAll('${{', () => '$${{') : value,
  )
  return JSON.parse(escaped)
}

function isRelease(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.version === 'string'
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
