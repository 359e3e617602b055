import { type Role, roles } from '../../../pipeline/clusters.ts'
import type { EventKind, ExecutionEvent, Json } from '../../../pipeline/execution.ts'
import { stageStatuses } from '../../../pipeline/statuses.ts'
import { statusMarks, type Tone } from '../../kit/status-marks.ts'
import { percent } from '../../words/numbers.ts'

type Data = ExecutionEvent['data']

/** What events say to a person, without time and stage, in their order. A reason that was told is not told again. */
export function sentencesOf(events: readonly ExecutionEvent[]): string[] {
  const told: string[] = []
  return events.map(({ kind, data }) => {
    const reason = text(data.reason)
    const known = told.some(before => reason.includes(before))
    if (reason !== '' && !known) told.push(reason)
    return sentences[kind](known ? { ...data, reason: null } : data)
  })
}

export function toneOf({ kind, data }: ExecutionEvent): Tone {
  if (kind === 'undo.failed') return 'bad'
  if (kind === 'canary.verdict') return verdictTones[text(data.verdict)] ?? 'quiet'
  if (kind === 'gate.answered') return gateTones[text(data.answer)] ?? 'quiet'
  if (kind === 'execution.status' || kind === 'stage.status') return markOf(data)?.tone ?? 'quiet'
  return 'quiet'
}

/** What happens all the time while all goes well; left out unless asked for. */
export const routine: ReadonlySet<EventKind> = new Set(['canary.look', 'stage.progress', 'lock.acquired'])

const sentences = {
  'execution.status': data => withReason(`execution ${wordOf(data)}`, data),
  'stage.status': data => withReason(wordOf(data), data),
  'stage.progress': data => [text(data.phase), text(data.message)].filter(part => part !== '').join(': '),
  'canary.look': data => withReason(`look ${text(data.look)}: ${text(data.verdict)}`, data),
  'canary.verdict': data => withReason(`verdict ${text(data.verdict)}`, data),
  'gate.answered': data => withReason(`gate ${text(data.gate)} (${text(data.at)}): ${text(data.answer)}`, data),
  'weights.changed': data => `traffic of ${text(data.service)} on ${text(data.target)}: ${weightsIn(data.weights)}`,
  'undo.started': data => `taking back: ${text(data.what)}`,
  'undo.done': data => `taken back: ${text(data.what)}`,
  'undo.failed': data => `could not take back: ${text(data.what)} (${text(data.error)})`,
  'message.received': data => withReason(`${text(data.message)} asked for by ${text(data.by)}`, data),
  'judgment.requested': data => `a judgment was asked for: ${text(data.approvals)} to approve`,
  'judgment.given': data =>
    `${text(data.decision)} by ${text(data.by)}${data.comment ? `: ${text(data.comment)}` : ''}`,
  'judgment.reminder': data => `still waiting for ${text(data.missing)} to approve`,
  'lock.waiting': data => `waits for ${text(data.service)} on ${text(data.target)}, held by ${text(data.holder)}`,
  'lock.acquired': data => `has ${text(data.service)} on ${text(data.target)} for itself`,
  'freeze.changed': data => {
    const names = Array.isArray(data.freezes) ? data.freezes.map(text).join(', ') : ''
    return names === '' ? 'no freeze is in force any more' : `frozen by ${names}`
  },
  'release.quarantined': data =>
    `${text(data.version)} of ${text(data.service)} is in quarantine until ${text(data.until)}`,
} as const satisfies Record<EventKind, (data: Data) => string>

const verdictTones: Readonly<Record<string, Tone>> = { pass: 'good', fail: 'bad', errored: 'warn' }

const gateTones: Readonly<Record<string, Tone>> = { no: 'bad', none: 'warn' }

function markOf(data: Data) {
  const status = text(data.status)
  return Object.hasOwn(stageStatuses, status) ? statusMarks[status as keyof typeof statusMarks] : undefined
}

function wordOf(data: Data): string {
  return markOf(data)?.word ?? text(data.status)
}

function withReason(sentence: string, data: Data): string {
  const reason = text(data.reason)
  return reason === '' ? sentence : `${sentence}: ${reason}`
}

function weightsIn(weights: Json | undefined): string {
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) return '–'
  const share = (role: Role) => (typeof weights[role] === 'number' ? weights[role] : 0)
  const parts = roles.filter(role => share(role) > 0)
  return parts.map(role => `${role} ${percent(share(role))}`).join(', ')
}

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
