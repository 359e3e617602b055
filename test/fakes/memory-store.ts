import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { Execution, ExecutionEvent, StoredEvent } from '../../pipeline/execution.ts'
import type { Freeze } from '../../pipeline/freezes.ts'
import { chain, emptyChain } from '../../store/audit-chain.ts'
import type { Delivery } from '../../store/deliveries.ts'
import { StoreUnavailable } from '../../store/errors.ts'
import { queued } from '../../store/executions.ts'
import type { Firing } from '../../store/firings.ts'
import type { Quarantined } from '../../store/quarantine.ts'
import type { StoredSession } from '../../store/sessions.ts'
import type { AuditEntry, AuditRecord, ExecutionInput, StartRequest, Store } from '../../store/store.ts'
import type { StoredToken } from '../../store/tokens.ts'

/** A store in memory, with what a test may do to it. The real ones are held to the contract; this one is for races. */
export interface MemoryStore extends Store {
  down: boolean
  /** Records an event, and with it a new state of its run. */
  add(event: Omit<ExecutionEvent, 'sequence' | 'at'>, change?: Partial<Execution>): StoredEvent
  put(execution: Execution, input?: ExecutionInput): void
  evidenceList: StoredEvidence[]
  audited: AuditEntry[]
  freezeList: Freeze[]
  quarantineList: Quarantined[]
  startedIds: Set<string>
}

export function memoryStore(): MemoryStore {
  const executions = new Map<string, Execution>()
  const inputs = new Map<string, ExecutionInput>()
  const requests = new Map<string, StartRequest>()
  const log: StoredEvent[] = []
  const tokens = new Map<string, StoredToken>()
  const sessions = new Map<string, StoredSession>()
  const claimed = new Set<string>()
  const listeners = new Set<() => void>()

  const up = async <T>(answer: () => T): Promise<T> => {
    await Promise.resolve()
    if (store.down) throw new StoreUnavailable('the store is down')
    return answer()
  }

  const store: MemoryStore = {
    down: false,
    evidenceList: [],
    audited: [],
    freezeList: [],
    quarantineList: [],
    startedIds: new Set(),
    add(event, change = {}) {
      const stored = { ...event, sequence: log.length + 1, at: new Date(0).toISOString(), position: log.length + 1 }
      log.push(stored)
      const known = executions.get(event.execution)
      if (known) executions.set(known.id, { ...known, ...change, position: stored.position })
      for (const listener of listeners) listener()
      return stored
    },
    put(execution, input) {
      executions.set(execution.id, execution)
      if (input) inputs.set(execution.id, input)
    },
    begin: request =>
      up(() => {
        const key = `${request.principal} ${request.idempotencyKey}`
        const known = requests.get(key)
        if (known === undefined) {
          requests.set(key, request)
          inputs.set(request.input.id, request.input)
          const execution = queued(request.input)
          executions.set(execution.id, execution)
          return { outcome: 'new', execution }
        }
        if (known.bodyHash !== request.bodyHash) return { outcome: 'mismatch', execution: known.input.id }
        const execution = executions.get(known.input.id)!
        return { outcome: 'replay', execution, started: store.startedIds.has(execution.id), input: known.input }
      }),
    started: execution => up(() => void store.startedIds.add(execution)),
    unstarted: () => up(() => [...inputs.values()].filter(input => !store.startedIds.has(input.id))),
    record: () => up(() => {}),
    get: execution => up(() => executions.get(execution) ?? null),
    input: execution => up(() => inputs.get(execution) ?? null),
    list: (filter, limit, cursor) =>
      up(() => {
        const from = Number(cursor ?? 0)
        const found = [...executions.values()].filter(
          ({ status, application }) =>
            (filter.status?.includes(status) ?? true) &&
            (filter.visible?.includes(application) ?? true) &&
            !filter.hidden?.includes(application),
        )
        const next = found.length > from + limit ? String(from + limit) : null
        return { items: found.slice(from, from + limit), next }
      }),
    events: (after, limit, execution) =>
      up(() => log.filter(e => e.position > after && (execution ?? e.execution) === e.execution).slice(0, limit)),
    position: () => up(() => log.length),
    evidence: (execution, of) =>
      up(() => {
        const found = store.evidenceList.filter(e => e.execution === execution && (of?.stage ?? e.stage) === e.stage)
        const last = Math.max(0, ...found.map(({ look }) => look))
        return found.filter(({ look }) => look > last - (of?.newest ?? last))
      }),
    looks: (execution, stageIndex, newest) =>
      up(() => {
        const stage = executions.get(execution)?.stages[stageIndex]?.id
        const found = log.filter(e => e.execution === execution && e.stage === stage && e.kind === 'canary.look')
        return found.slice(-newest)
      }),
    audit: entry =>
      up(() => {
        store.audited.push(entry)
        return chained(store.audited).at(-1)!
      }),
    auditLog: (limit, _cursor, { from, to, ...same } = {}) =>
      up(() => {
        const wanted = Object.entries(same) as [keyof AuditEntry, unknown][]
        const items = chained(store.audited).filter(
          entry =>
            wanted.every(([key, value]) => value === undefined || entry[key] === value) &&
            !(from !== undefined && entry.at < from) &&
            !(to !== undefined && entry.at >= to),
        )
        return { items: items.reverse().slice(0, limit), next: null }
      }),
    auditAfter: (after, limit) => up(() => chained(store.audited).slice(after, after + limit)),
    addToken: token =>
      up(() => {
        if ([...tokens.values()].some(({ name, revokedAt }) => name === token.name && revokedAt === null)) return false
        tokens.set(token.id, { ...token, usedAt: null, revokedAt: null })
        return true
      }),
    token: id => up(() => tokens.get(id) ?? null),
    tokens: () => up(() => [...tokens.values()].reverse()),
    tokenUsed: (id, usedAt) => up(() => void tokens.set(id, { ...tokens.get(id)!, usedAt })),
    revokeToken: (name, at) =>
      up(() => {
        const found = [...tokens.values()].find(token => token.name === name && token.revokedAt === null)
        if (found !== undefined) tokens.set(found.id, { ...found, revokedAt: at })
        return found !== undefined
      }),
    addSession: session => up(() => void sessions.set(session.hash, session)),
    session: hash => up(() => sessions.get(hash) ?? null),
    removeSession: hash => up(() => void sessions.delete(hash)),
    claim: key =>
      up(() => {
        if (claimed.has(key)) return false
        claimed.add(key)
        return true
      }),
    isClaimed: key => up(() => claimed.has(key)),
    release: key => up(() => void claimed.delete(key)),
    addFreeze: freeze =>
      up(() => {
        const isTaken = store.freezeList.some(({ name, endsAt }) => name === freeze.name && endsAt > freeze.createdAt)
        if (!isTaken) store.freezeList.push({ ...freeze, endedBy: null })
        return !isTaken
      }),
    endFreeze: (name, endedBy, at) =>
      up(() => {
        const found = store.freezeList.find(freeze => freeze.name === name && freeze.endsAt > at)
        if (found !== undefined) Object.assign(found, { endsAt: at, endedBy })
        return found !== undefined
      }),
    freezes: at => up(() => store.freezeList.filter(({ endsAt }) => endsAt > at)),
    pastFreezes: limit => up(() => store.freezeList.slice(0, limit)),
    quarantined: () => up(() => null),
    releaseVersion: ({ application, service, version }, releasedBy, releasedAt) =>
      up(() => {
        const found = store.quarantineList.find(
          one => [one.application, one.service, one.version].join() === [application, service, version].join(),
        )
        if (found === undefined || found.releasedAt !== null) return false
        Object.assign(found, { releasedAt, releasedBy })
        return true
      }),
    quarantine: (limit, at) =>
      up(() => store.quarantineList.filter(one => at === undefined || one.releasedAt === null).slice(0, limit)),
    verifyAudit: () => up(() => null),
    ...memoryTriggers(up),
    prune: () => up(() => 0),
    async subscribe(onEvent) {
      listeners.add(onEvent)
      return async () => void listeners.delete(onEvent)
    },
    ping: () => up(() => {}),
    close: async () => {},
  }
  return store
}

type Up = <T>(answer: () => T) => Promise<T>

function memoryTriggers(up: Up): Pick<Store, 'deliveries' | 'firings' | 'readers'> {
  const deliveries = new Map<string, Delivery>()
  const firings = new Map<string, Firing & { done: boolean }>()
  const positions = new Map<string, number>()
  return {
    deliveries: {
      find: (source, id) => up(() => deliveries.get(`${source} ${id}`) ?? null),
      keep: delivery =>
        up(() => {
          const key = `${delivery.source} ${delivery.id}`
          const known = deliveries.get(key)
          const kept = known?.final ? known : delivery
          deliveries.set(key, kept)
          return kept
        }),
      list: (source, limit) =>
        up(() =>
          [...deliveries.values()]
            .filter(each => each.source === source)
            .reverse()
            .slice(0, limit),
        ),
      prune: before =>
        up(() => {
          const old = [...deliveries].filter(([, { at }]) => at < before)
          for (const [key] of old) deliveries.delete(key)
          return old.length
        }),
    },
    firings: {
      put: firing => up(() => void (firings.has(firing.id) || firings.set(firing.id, { ...firing, done: false }))),
      due: limit =>
        up(() =>
          [...firings.values()]
            .filter(({ done }) => !done)
            .slice(0, limit)
            .map(({ done: _, ...firing }) => firing),
        ),
      done: id =>
        up(() => {
          const firing = firings.get(id)
          if (firing !== undefined) firing.done = true
        }),
    },
    readers: {
      position: reader => up(() => positions.get(reader) ?? null),
      advance: (reader, position) =>
        up(() => void positions.set(reader, Math.max(position, positions.get(reader) ?? 0))),
    },
  }
}

function chained(entries: readonly AuditEntry[]): AuditRecord[] {
  const records: AuditRecord[] = []
  for (const entry of entries) records.push(chain(records.at(-1) ?? emptyChain, entry))
  return records
}
