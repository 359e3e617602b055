import type { Called, CallRequest } from '../../activities/stage-requests.ts'
import type { Json } from '../../pipeline/execution.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { stoppedWithStage } from '../open-ended.ts'
import type { Outcome } from '../outcome.ts'
import { CannotTell, failed, succeeded } from '../outcome.ts'
import type { StageContext } from './stage.ts'

type Webhook = StageOf<'webhook'>
type Poll = NonNullable<Webhook['poll']>

/** Calls a service, and asks it until what was begun has ended. */
export async function webhook(stage: Webhook, context: StageContext): Promise<Outcome> {
  const { poll } = stage
  let first: Called | null = null
  return stoppedWithStage(
    context,
    async () => {
      first = await begin(stage, context)
      if (first.status >= 300) return failed(`${stage.connection} answered ${first.status}: ${short(first.answer)}`)
      const outputs = { status: first.status, answer: first.answer, state: '' }
      return poll === undefined ? succeeded(outputs) : follow(stage, poll, { first, outputs, context })
    },
    () => stop(stage, context, first),
  )
}

function begin(stage: Webhook, context: StageContext): Promise<Called> {
  const { connection, method, path, body, contentType, poll, cancel } = stage
  context.progress({ phase: 'calling', message: `${method} ${path}` })
  const find = { pollId: poll?.id, pollUrl: poll?.url, cancelId: cancel?.id }
  return context.world.activities.call({
    ...{ id: context.effectId('call'), connection, method, url: path, contentType },
    ...(body === undefined ? {} : { body }),
    find: Object.fromEntries(Object.entries(find).filter(([, where]) => where !== undefined)) as Record<string, string>,
  })
}

interface Begun {
  first: Called
  outputs: Readonly<Record<string, Json>>
  context: StageContext
}

async function follow(stage: Webhook, poll: Poll, { first, outputs, context }: Begun): Promise<Outcome> {
  const { world } = context
  const request = pollRequest(stage, poll, { first, outputs, context })
  for (;;) {
    await world.sleep(poll.interval)
    const { status, answer, found } = await world.activities.call({ ...request, id: context.effectId('poll') })
    if (status >= 300)
      throw new CannotTell(`${stage.connection} answered ${status} when asked how far it is: ${short(answer)}`)
    const state = text(found.state ?? null)
    context.progress({ phase: 'polling', message: text(found.progress ?? null) || state || 'it says nothing' })
    if (poll.success.includes(state)) return succeeded({ ...outputs, state })
    if (poll.failure.includes(state)) return failed(`${stage.connection} says ${state}: ${short(answer)}`)
    if (poll.canceled.includes(state)) return failed(`${stage.connection} says ${state}: somebody ended it there`)
  }
}

function pollRequest(stage: Webhook, poll: Poll, { first }: Begun): Omit<CallRequest, 'id'> {
  const find = { state: poll.status, ...(poll.progress === undefined ? {} : { progress: poll.progress }) }
  return {
    connection: stage.connection,
    method: 'GET',
    url: pollAddress(stage, poll, first),
    find,
    hoped: poll.success[0]!,
  }
}

function pollAddress(stage: Webhook, poll: Poll, { found, location }: Called): string {
  if (poll.path !== undefined) return withId(stage, poll.path, poll.id, found.pollId ?? null)
  if (poll.url === undefined && location !== null) return location
  const url = found.pollUrl
  if (typeof url === 'string') return url
  throw new CannotTell(
    `the answer of ${stage.connection} does not say where to ask how far it is (${poll.url ?? 'location'})`,
  )
}

/** An id is one part of a path, whatever is in it. */
function withId({ connection }: Webhook, path: string, where: string | undefined, id: Json): string {
  if (where === undefined) return path
  if (typeof id !== 'string' && typeof id !== 'number')
    throw new CannotTell(`the answer of ${connection} has no id at ${where}`)
  return path.replaceAll('{id}', () => encodeURIComponent(id))
}

/** Nothing was begun when there was no good answer; an answer that was lost may have begun something nobody can name. */
async function stop(stage: Webhook, context: StageContext, first: Called | null): Promise<void> {
  const { cancel, connection } = stage
  if (cancel === undefined || (first !== null && first.status >= 300)) return
  if (first === null && cancel.id !== undefined) return
  const url = withId(stage, cancel.path, cancel.id, first?.found.cancelId ?? null)
  const { status } = await context.world.patient.call({
    ...{ id: context.effectId('cancel'), connection, method: cancel.method, url },
  })
  if (status >= 300) throw new CannotTell(`${connection} answered ${status} to the cancel`)
}

function text(value: Json): string {
  return value === null ? '' : String(value)
}

function short(answer: string): string {
  const line = answer.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 197)}...` : line || 'no text'
}
