import type { Freeze } from '../../pipeline/freezes.ts'
import { instantAt } from '../../pipeline/windows.ts'
import type { AuditEntry } from '../../store/store.ts'
import { isVisibleIn } from '../auth/policy.ts'
import type { FreezeView } from '../contract/freezes.ts'
import type { freezeRoutes } from '../contract/routes/freezes.ts'
import { type Call, callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { note } from './note.ts'

const shown = 500

export function freezeOperations(services: Services): Pick<Handlers, keyof typeof freezeRoutes> {
  const { store, engine, spreader, log } = services

  /** On record before it is done, unlike what concerns one run: there is no other trace of it. */
  const audit = (
    call: Pick<Call<'endFreeze'>, 'principal' | 'requestId'>,
    entry: Omit<AuditEntry, 'at' | 'actor' | 'outcome'>,
  ) =>
    store.audit({
      ...entry,
      at: new Date().toISOString(),
      actor: callerOf(call).name,
      outcome: 'allowed',
      data: { requestId: call.requestId, ...entry.data },
    })

  /** A run that cannot be told now is told a little later. */
  const spread = () =>
    spreader.spread().catch(error => void log.warn({ err: error }, 'runs are told of the freeze a little later'))

  return {
    async listFreezes({ query: { past } }) {
      const now = new Date().toISOString()
      const all = past ? await store.pastFreezes(shown) : await store.freezes(now)
      return { body: { items: all.map(freeze => view(freeze, now)) } }
    },

    async createFreeze(call) {
      const { body } = call
      const now = new Date().toISOString()
      const [startsAt, endsAt] = [body.start ?? now, body.end].map(time => instantOf(time, body.timezone)) as [
        string,
        string,
      ]
      if (endsAt <= now || endsAt <= startsAt)
        throw new Refusal(
          'invalid-request',
          `a freeze from ${startsAt} to ${endsAt} is over before it begins, or by now`,
        )
      const { name, reason, scope, timezone } = body
      const freeze = { name, reason, scope, timezone, startsAt, endsAt, createdBy: callerOf(call).name, createdAt: now }
      if (!(await store.addFreeze(freeze)))
        throw new Refusal('refused', `there is a freeze ${name} already; end it first, or choose another name`)
      await audit(call, {
        action: 'freeze.create',
        subject: `freeze:${name}`,
        data: { reason, startsAt, endsAt, scope },
      })
      await spread()
      return { body: view({ ...freeze, endedBy: null }, now) }
    },

    async endFreeze(call) {
      const { name } = call.params
      const { reason } = call.body
      if (!(await store.endFreeze(name, callerOf(call).name, new Date().toISOString())))
        throw new Refusal('not-found', `no freeze ${name} is in force or to come; see GET /api/v1/freezes`)
      await audit(call, { action: 'freeze.end', subject: `freeze:${name}`, data: { reason: reason ?? null } })
      await spread()
      return { body: null }
    },

    async overrideFreezes(call) {
      const { id } = call.params
      const { reason } = call.body
      const message = { by: callerOf(call).name, ...(reason === undefined ? {} : { reason }) }
      await store.ping()
      if ((await engine.overrideFreezes(id, message)) === 'ended') {
        if ((await store.get(id)) === null) throw new Refusal('not-found', `there is no execution ${id}`)
        throw new Refusal('already-ended', `${id} has ended; no freeze holds it`)
      }
      note(services, call, 'freeze.override', id, { reason: reason ?? null })
      return { body: null }
    },

    async listQuarantine(call) {
      const isShown = isVisibleIn(callerOf(call).access.visible('execution:read'))
      const all = await store.quarantine(shown, call.query.past ? undefined : new Date().toISOString())
      return { body: { items: all.filter(({ application }) => isShown(application)) } }
    },

    async releaseQuarantine(call) {
      const { application, service, version, reason } = call.body
      const { access, name } = callerOf(call)
      const what = `${version} of ${service} of ${application}`
      if (!access.can('quarantine:release', { application, environments: [] }))
        throw new Refusal('forbidden', `${name} lacks the permission quarantine:release in ${application}`)
      if (!(await store.releaseVersion({ application, service, version }, name, new Date().toISOString())))
        throw new Refusal('not-found', `${what} is not in quarantine; see GET /api/v1/quarantine`)
      const subject = `release:${application}/${service}/${version}`
      await audit(call, { action: 'quarantine.release', subject, data: { reason: reason ?? null } })
      return { body: null }
    },
  }
}

function view(freeze: Freeze, now: string): FreezeView {
  const { startsAt, endsAt } = freeze
  const state = endsAt <= now ? 'over' : startsAt <= now ? 'active' : 'coming'
  const { applications, pipelines, environments, targets } = freeze.scope
  const lists = { applications, pipelines, environments, targets }
  const scope = Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, [...list]])) as FreezeView['scope']
  return { ...freeze, scope, state }
}

/** By the clocks of the timezone, unless it says its own. */
function instantOf(time: string, timezone: string): string {
  const isInstant = /(Z|[+-]\d\d:\d\d)$/.test(time)
  const at = isInstant ? Date.parse(time) : instantAt(time, timezone)
  if (Number.isFinite(at)) return new Date(at).toISOString()
  throw new Refusal('invalid-request', `there is no such time: ${time}`)
}
