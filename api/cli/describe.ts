import { z } from 'zod'
import type { Execution, StageState } from '../../pipeline/execution.ts'
import { type ExecutionStatus, isFinal, type StageStatus } from '../../pipeline/statuses.ts'
import type { ExecutionDetail, PendingActivity } from '../contract/execution.ts'
import { safe, table } from './output.ts'

/** Executions in words, for terminals. */

export const colours = {
  pending: 'gray',
  queued: 'gray',
  running: 'cyan',
  waiting: 'yellow',
  held: 'yellow',
  paused: 'yellow',
  'rolling-back': 'magenta',
  succeeded: 'green',
  failed: 'red',
  'rolled-back': 'magenta',
  rejected: 'red',
  canceled: 'gray',
  errored: 'red',
  skipped: 'gray',
} as const satisfies Record<StageStatus, string>

/** The stage that is worth showing in one line: the one at work, else the last that was. */
export function currentStage(execution: Execution): StageState | null {
  const begun = execution.stages.filter(stage => stage.startedAt !== null)
  return begun.find(stage => !isFinal(stage.status)) ?? begun.at(-1) ?? null
}

/** `promoting · canary 50 %, stable 50 % · pass · message`; empty when there is nothing to tell. */
export function describeProgress({ progress }: StageState): string {
  if (progress === null) return ''
  const shares = Object.entries(progress.weights ?? {}).filter(([, share]) => share > 0)
  const step = progress.step === undefined || !progress.steps ? '' : `step ${progress.step + 1}/${progress.steps}`
  return [
    progress.phase,
    step,
    shares.map(([role, share]) => `${role} ${share} %`).join(', '),
    progress.verdict ?? '',
    progress.message ?? '',
  ]
    .filter(Boolean)
    .map(safe)
    .join(' · ')
}

/** How far a stage has come and why it is so, each thing said once. */
function describeWhat(stage: StageState): string {
  const { progress } = stage
  const reason = safe(stage.reason ?? '')
  const isRepeated = progress?.message !== undefined && reason.includes(safe(progress.message))
  const told = isRepeated ? { ...stage, progress: { ...progress, message: '' } } : stage
  return [describeProgress(told), reason].filter(Boolean).join(' · ')
}

/** What is shown of a run while it is watched: one line a stage that has begun. */
export function describeStages(execution: Execution): Map<string, string> {
  const lines = execution.stages
    .filter(({ status }) => status !== 'pending')
    .map(stage => [stage.id, [stage.status, describeWhat(stage)].filter(Boolean).join(' · ')])
  return new Map(lines as [string, string][])
}

export function describeDetail(execution: ExecutionDetail): string {
  const { id, pipeline, application, status, reason, trigger, createdAt, endedAt, revision, rollbackOf } = execution
  const parameters = Object.entries(execution.parameters).map(([key, value]) => `${key}=${value}`)
  const facts: [string, string][] = [
    ['status', reason === null ? status : `${status}: ${reason}`],
    ['pipeline', `${pipeline} (${application}), ${revision.slice(0, 12)}`],
    ['trigger', `${trigger.type} by ${trigger.by}`],
    ['parameters', parameters.join(' ')],
    ['started', createdAt],
    ['ended', endedAt ?? ''],
    ['rolls back', rollbackOf ?? ''],
  ]
  const stages = execution.stages.map(stage => [stage.id, stage.type, stage.status, describeWhat(stage)])
  return [
    safe(id),
    ...facts.filter(([, value]) => value !== '').map(([key, value]) => `  ${key.padEnd(11)}${safe(value)}`),
    '',
    table(['STAGE', 'TYPE', 'STATUS', 'WHAT'], stages),
    ...describeMetrics(execution),
    ...describePending(execution.pending),
  ].join('\n')
}

/** What a canary's judge said of each metric, as far as the run itself keeps it; the API has the rest. */
function describeMetrics({ stages }: Execution): string[] {
  const rows = stages.flatMap(({ id, outputs }) => {
    const { data } = judgedMetrics.safeParse(outputs.analysis)
    return (data?.metrics ?? []).map(({ name, verdict, reason }) => [id, name, verdict, reason])
  })
  return rows.length === 0 ? [] : ['', table(['STAGE', 'METRIC', 'VERDICT', 'WHAT'], rows)]
}

const judgedMetrics = z.object({
  metrics: z.array(z.object({ name: z.string(), verdict: z.string(), reason: z.string() })),
})

/** Only what explains a run that does not move: an activity at its first attempt is just at work. */
export function describePending(pending: ExecutionDetail['pending']): string[] {
  if (pending === null) return ['', 'What it waits for cannot be told: the workflow engine does not answer.']
  if (pending.length === 0) return []
  const row = ({ name, state, attempt, lastFailure }: PendingActivity) => [
    name,
    state,
    String(attempt),
    lastFailure ?? '',
  ]
  return ['', table(['WAITS FOR', 'STATE', 'ATTEMPT', 'LAST FAILURE'], pending.map(row))]
}

export function duration(from: string, to: string | null): string {
  const seconds = Math.max(0, Math.round((Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / 1_000))
  if (!(seconds >= 60)) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}m${seconds % 60}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`
}

export function isExecutionStatus(text: string): text is ExecutionStatus {
  return Object.hasOwn(colours, text) && text !== 'pending' && text !== 'skipped'
}
