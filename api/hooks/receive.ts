import type { Logger } from 'pino'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { HookSource } from '../../pipeline/schema/configuration/hooks.ts'
import type { Deliveries } from '../../store/deliveries.ts'
import type { Store } from '../../store/store.ts'
import { unauthenticated } from '../auth/identity.ts'
import { type HookAnswer, hookAnswer } from '../contract/hooks.ts'
import type { Catalog } from '../definitions/catalog.ts'
import { Refusal, unavailable } from '../http/refusal.ts'
import { attemptsOf } from '../triggers/attempt.ts'
import type { Fire, Fired } from '../triggers/fire.ts'
import type { Happened } from '../triggers/happened.ts'
import type { RawDelivery } from './delivery.ts'
import { happenedIn } from './happened.ts'
import { readPayload } from './read-payload.ts'
import { verify } from './signatures/signatures.ts'

export interface HookDependencies {
  sources: Readonly<Record<string, HookSource>>
  secrets: Secrets
  store: Pick<Store, 'audit'> & { deliveries: Pick<Deliveries, 'find' | 'keep'> }
  catalog: Pick<Catalog, 'list' | 'sources'>
  fire: Fire
  /** A push was told by this source: whoever reads repositories may want to look. */
  onPush(source: string): void
  now: () => Date
  log: Logger
}

export interface Hooks {
  /** Never starts anything twice, however often and wherever a delivery arrives. */
  receive(source: string, delivery: RawDelivery): Promise<HookAnswer>
}

/**
 * A webhook becomes runs: the signature is checked, the triggers of all pipelines are asked, and the answer is kept.
 * When a server dies in between, the same delivery again finds the runs that were started, by their keys.
 */
export function createHooks(dependencies: HookDependencies): Hooks {
  const { sources, store, catalog, fire, onPush, now } = dependencies

  async function answerTo(source: string, id: string, happened: Happened): Promise<HookAnswer> {
    const definitions = await catalog.list()
    const fired: Fired[] = []
    let meant = 0
    for (const { pipeline } of definitions) {
      if (pipeline === null) continue
      for (const [index, attempt] of attemptsOf(pipeline, happened).entries()) {
        meant += 1
        if (attempt.outcome === 'skip') continue
        const principal = `hook:${source}`
        const key = `${id}/${attempt.pipeline}/${index}`
        const order = { pipeline: attempt.pipeline, principal, key, trigger: { ...attempt.trigger, by: principal } }
        fired.push(
          attempt.outcome === 'start'
            ? await fire.start({ ...order, parameters: attempt.parameters })
            : await fire.refuse(order, attempt.errors),
        )
      }
    }
    const executions = fired.flatMap(each =>
      'execution' in each ? [{ pipeline: each.pipeline, execution: each.execution }] : [],
    )
    const refused = fired.flatMap(each => ('reason' in each ? [{ ...each, errors: [...each.errors] }] : []))
    const reason = executions.length > 0 ? null : await whyNothing(source, { meant, refused: refused.length })
    return { source, delivery: id, replayed: false, executions, refused, reason }
  }

  async function whyNothing(source: string, { meant, refused }: { meant: number; refused: number }): Promise<string> {
    if (refused > 0) return 'every pipeline that was meant refused it'
    if (meant > 0) return 'the condition of no trigger holds'
    const unread = (await catalog.sources()).find(({ type, known }) => type === 'repository' && !known)
    // "No" would be remembered; whoever asks again later may get a yes.
    if (unread !== undefined) throw unavailable(`${unread.origin} has not been read yet`)
    return `no trigger of source "${source}" is for this`
  }

  return {
    async receive(name, delivery) {
      const source = Object.hasOwn(sources, name) ? sources[name] : undefined
      if (source === undefined) throw new Refusal('not-found', `there is no hook source ${name}`)
      const keys = await keysOf(source, dependencies)
      const { id, fault } = verify(source, { delivery, keys, now: now().getTime() })
      if (id === null) throw await refuseSignature(name, fault, dependencies)
      const known = await store.deliveries.find(name, id)
      if (known?.final) return { ...hookAnswer.parse(known.answer), replayed: true }
      const happened = happenedIn(name, source.type, delivery, readPayload(delivery))
      if (happened.kind === 'hook' && happened.pushes.length > 0) onPush(name)
      const answer = await answerTo(name, id, happened)
      // What was refused may be mended and delivered again; what was answered otherwise stays answered.
      const final = answer.executions.length > 0 || answer.refused.length === 0
      const kept = await store.deliveries.keep({ source: name, id, at: now().toISOString(), answer, final })
      return hookAnswer.parse(kept.answer)
    },
  }
}

async function keysOf(source: HookSource, { secrets, log }: HookDependencies): Promise<string[]> {
  try {
    const references = source.previous === undefined ? [source.secret] : [source.secret, source.previous]
    return await Promise.all(references.map(reference => secrets.resolve(reference)))
  } catch (error) {
    log.error({ err: error }, 'the key of a hook source cannot be read')
    throw unavailable('the key of this source cannot be read by the server')
  }
}

/** Whoever sends rubbish must not be able to fill the audit log: once a minute for each source. */
const quiet = 60_000
const noted = new Map<string, number>()

async function refuseSignature(name: string, fault: string, { store, now, log }: HookDependencies): Promise<Refusal> {
  const at = now()
  log.warn({ source: name, fault }, 'a webhook was refused')
  if (!(at.getTime() - (noted.get(name) ?? Number.NEGATIVE_INFINITY) < quiet)) {
    noted.set(name, at.getTime())
    const entry = {
      actor: `hook:${name}`,
      action: 'hook.receive',
      subject: `hook:${name}`,
      outcome: 'refused',
    } as const
    await store
      .audit({ ...entry, at: at.toISOString(), data: { reason: fault } })
      .catch(error => log.warn({ err: error }, 'not in the audit log'))
  }
  return unauthenticated(fault)
}
