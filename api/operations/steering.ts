import type { JudgmentMessage, Message } from '../../workflows/messages.ts'
import type { steeringRoutes } from '../contract/routes/steering.ts'
import type { Update } from '../engine/engine.ts'
import { readInbox } from '../executions/inbox.ts'
import { refuseStale } from '../http/entity-tag.ts'
import { type Call, callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { answerThrough, readLink } from './approval-links.ts'
import { locationOf } from './executions.ts'
import { note } from './note.ts'

export function steeringOperations(
  services: Services,
): Pick<Handlers, Exclude<keyof typeof steeringRoutes, 'getApprovalLink'>> {
  const { store, steering } = services

  /** Says something to a run that it can refuse. */
  async function ask(call: Asked, update: Exclude<Update, 'judge'>) {
    await refuseUnseen(call)
    const body = await steering.ask(call.params.id, update, messageOf(call), call.requestId)
    note(services, call, `execution.${update}`, call.params.id)
    return { body }
  }

  /** Without `If-Match` it is said to the run whatever has become of it, and the store need not be there. */
  async function refuseUnseen({ params: { id }, headers }: Steered) {
    const match = headers['if-match']
    if (match === undefined) return
    const execution = await store.get(id)
    if (execution === null) throw new Refusal('not-found', `there is no execution ${id}`)
    refuseStale(match, execution)
  }

  return {
    async cancelExecution(call) {
      await refuseUnseen(call)
      const body = await steering.cancel(call.params.id, messageOf(call))
      note(services, call, 'execution.cancel', call.params.id)
      return { body }
    },

    async rollbackExecution(call) {
      await refuseUnseen(call)
      const body = await steering.rollback(call.params.id, messageOf(call))
      note(services, call, 'execution.rollback', call.params.id)
      return { body, headers: { location: locationOf(body.execution) } }
    },

    promoteExecution: call => ask(call, 'promote'),
    pauseExecution: call => ask(call, 'pause'),
    resumeExecution: call => ask(call, 'resume'),
    skipExecution: call => ask(call, 'skip'),

    async retryExecution(call) {
      await refuseUnseen(call)
      const body = await steering.retry(call.params.id, messageOf(call))
      note(services, call, 'execution.retry', call.params.id, { started: body.id })
      return { body, headers: { location: locationOf(body.id) } }
    },

    async judgeStage(call) {
      const { id, stage } = call.params
      refuseMachine(call)
      const message = answerOf(call)
      if (message.override) await refuseOverride(services, call)
      const link = await linkOf(services, call, message)
      const ask = () => steering.ask(id, 'judge', message, call.requestId)
      const body = link === null ? await ask() : await answerThrough(services, link, ask)
      note(services, call, `execution.${message.decision}`, id, {
        stage,
        seen: message.seen,
        override: message.override === true,
        ...(link === null ? {} : { link: link.id, connection: link.connection }),
      })
      return { body }
    },

    async getInbox(call) {
      const { only, except } = callerOf(call).access.visible('execution:read')
      const shown = { ...(only === null ? {} : { visible: only }), hidden: except }
      return { body: await readInbox(store, new Date(), shown) }
    },
  }
}

type Asked = Call<'promoteExecution' | 'pauseExecution' | 'resumeExecution' | 'skipExecution'>
type Steered = Asked | Call<'cancelExecution' | 'rollbackExecution' | 'retryExecution'>

function messageOf(call: Steered): Message {
  const { reason, stage } = call.body as { reason?: string; stage?: string }
  const { name, subject } = callerOf(call)
  return {
    by: name,
    subject,
    ...(reason === undefined ? {} : { reason }),
    ...(stage === undefined ? {} : { stage }),
  }
}

/** An answer says what it is an answer to; what was looked at is not guessed. */
function answerOf(call: Call<'judgeStage'>): JudgmentMessage {
  const match = call.headers['if-match']
  if (match === undefined)
    throw new Refusal('precondition-required', 'send If-Match with "seen" of the judgment that was looked at')
  const { decision, comment, inputs, override } = call.body
  const { name, subject, roles } = callerOf(call)
  return {
    by: name,
    subject,
    roles,
    override,
    stage: call.params.stage,
    decision,
    seen: match.replace(/^"(.*)"$/, '$1'),
    ...(comment === undefined ? {} : { reason: comment }),
    ...(inputs === undefined ? {} : { inputs }),
  }
}

/** The link that an answer comes through; null when it comes without one. It has to ask exactly this. */
async function linkOf(services: Services, call: Call<'judgeStage'>, { seen }: JudgmentMessage) {
  const token = call.headers['approval-link']
  if (token === undefined) return null
  const link = await readLink(services, callerOf(call), token)
  const { id, stage } = call.params
  if (link.execution !== id || link.stage !== stage)
    throw new Refusal('forbidden', `this link is for ${link.stage} of ${link.execution}, not for ${stage} of ${id}`)
  if (link.seen !== seen) throw new Refusal('stale', 'the link asks about something else than what was looked at')
  return link
}

async function refuseOverride({ resources }: Services, call: Call<'judgeStage'>): Promise<void> {
  const { access, name } = callerOf(call)
  const place = await resources.execution(call.params.id)
  if (place === null || !access.can('judgment:override', place))
    throw new Refusal('forbidden', `${name} lacks the permission judgment:override`)
  if ((call.body.comment ?? '').trim() === '')
    throw new Refusal('invalid-request', 'an override needs a reason; give it as "comment"')
}

/** Two jobs are no two people, and one person can make any number of them. */
function refuseMachine(call: Call<'judgeStage'>): void {
  const { name, type } = callerOf(call)
  if (type === 'ci') throw new Refusal('forbidden', `${name} is a job of a CI system; a person has to approve`)
}
