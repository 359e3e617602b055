import type { Called } from '../../activities/stage-requests.ts'
import type { ClusterState } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Gate } from '../../pipeline/schema/stages/gate.ts'
import { within } from '../behaviours/within.ts'
import type { StageContext } from '../stages/stage.ts'
import type { Facts } from './gates.ts'

/** A canary, as its gates see it. */
export interface Gated {
  stage: StageOf<'canary'>
  context: StageContext
  release: Release
  /** The stable version before; null: the service is deployed for the first time. */
  old: ClusterState | null
}

/** `none`: there was no answer, which is neither yes nor no. */
export interface Answer {
  kind: 'yes' | 'no' | 'none'
  /** A sentence. */
  reason: string
}

/** Asks a gate once, for as long as its timeout. What it says is recorded, unless it said the same before. */
export async function askGate(run: Gated, gate: Gate, facts: Facts, before: Answer | null = null): Promise<Answer> {
  const { context } = run
  const answer = await answerOf(run, gate, facts)
  if (answer.kind !== before?.kind || answer.reason !== before.reason)
    context.event('gate.answered', { gate: gate.name, at: gate.at, answer: answer.kind, reason: answer.reason })
  return answer
}

async function answerOf(run: Gated, gate: Gate, facts: Facts): Promise<Answer> {
  const { world } = run.context
  const { name, connection, timeout } = gate
  const request = {
    ...{ id: run.context.effectId(`gate-${name}`), connection, method: 'POST', url: gate.path },
    body: JSON.stringify(bodyOf(run, gate, facts)),
    find: { reason: '$.reason', message: '$.message' },
  }
  try {
    const called = await within(world, timeout, () => world.activities.call(request))
    if (called === 'late')
      return { kind: 'none', reason: `gate ${name} gave no answer within ${timeout / 1000} s (${connection})` }
    const { status } = called.value
    if (status < 300) return { kind: 'yes', reason: `gate ${name} says yes${said(called.value)}` }
    return { kind: 'no', reason: `gate ${name} says no${said(called.value) || `: ${connection} answered ${status}`}` }
  } catch (error) {
    if (world.isCancellation(error)) throw error
    return { kind: 'none', reason: `gate ${name} gave no answer: ${world.explain(error).message}` }
  }
}

/** What a gate is told; documented in docs/stages.md. */
function bodyOf({ stage, context, release, old }: Gated, { name, at, metadata }: Gate, facts: Facts) {
  return {
    ...{ gate: name, at, ...context.run(), stage: stage.id, target: stage.target, service: stage.service },
    version: release.version,
    previousVersion: old?.release.version ?? null,
    ...facts,
    metadata,
  }
}

function said({ found, answer }: Called): string {
  const sentence = [found.reason, found.message].find(text => typeof text === 'string' && text !== '')
  const words = String(sentence ?? (answer.startsWith('{') ? '' : answer)).replace(/\s+/g, ' ')
  const line = words.trim()
  if (line === '') return ''
  return `: ${line.length > 300 ? `${line.slice(0, 297)}...` : line}`
}
