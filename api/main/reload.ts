import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import type { ConfigurationState } from '../contract/server.ts'
import { every } from '../every.ts'

/** What a change of each section takes; what cannot be changed under a running process is left as it was, and named. */
const takes = {
  targets: 'reload',
  metrics: 'reload',
  kubernetes: 'reload',
  connections: 'reload',
  notifications: 'reload',
  pipelines: 'reload',
  registries: 'reload',
  secrets: 'restart',
  tls: 'restart',
  environments: 'reload',
  server: 'reload',
  auth: 'reload',
  limits: 'reload',
  hooks: 'reload',
  retention: 'reload',
  // The connection to Temporal is made with it, and what runs read and write must not change between two of their steps.
  encryption: 'restart',
} as const satisfies Record<keyof Configuration, 'reload' | 'restart'>

/** Makes everything for a configuration, or throws; what it gives back puts that in force. */
export type Prepare = (configuration: Configuration) => () => Promise<void>

export interface Reloader {
  state(): ConfigurationState
  /** Reads the file again. One that is not valid is refused: what was in force stays, and that is told. */
  reload(): Promise<void>
  /** Looks now and then whether the file has changed, until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>
}

export interface ReloadParts {
  /** What is in force at the beginning. */
  configuration: Configuration
  /** Reads and checks the file; throws with every fault and its place. */
  read(): Configuration
  /** In this order: whoever carries out what runs ask for comes before whoever takes them. */
  prepare: readonly Prepare[]
  /** Where a refusal is recorded; null where others do. */
  store: Pick<Store, 'audit'> | null
  now(): Date
  log: Logger
}

/** Milliseconds between two looks at the file. */
const interval = 2_000

export function createReloader({ configuration, read, prepare, store, now, log }: ReloadParts): Reloader {
  let inForce = configuration
  let state: ConfigurationState = unchanging(now())()
  let turn: Promise<void> = Promise.resolve()

  async function refuse(error: unknown): Promise<void> {
    const problems = (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 50)
    if (isDeepStrictEqual(problems, state.refused?.problems)) return
    const at = now().toISOString()
    state = { ...state, refused: { at, problems } }
    log.error({ problems }, 'the new configuration is refused; the one before stays in force')
    const facts = { actor: 'server', action: 'configuration.refuse', subject: 'configuration', data: { problems } }
    await store
      ?.audit({ ...facts, at, outcome: 'refused' })
      .catch(error => log.warn({ err: error }, 'not in the audit log'))
  }

  async function adopt(next: Configuration): Promise<void> {
    const changed = changedSections(inForce, next)
    const needsRestart = changed.filter(section => takes[section] === 'restart')
    const reloaded = changed.filter(section => takes[section] === 'reload')
    if (reloaded.length > 0) {
      const adopted = { ...next, ...Object.fromEntries(needsRestart.map(section => [section, inForce[section]])) }
      const commits = prepare.map(make => make(adopted as Configuration))
      for (const commit of commits) await commit()
      inForce = adopted as Configuration
      state = { ...state, since: now().toISOString() }
      log.info({ changed: reloaded }, 'another configuration is in force')
    }
    if (needsRestart.length > 0 && !isDeepStrictEqual(needsRestart, state.needsRestart))
      log.warn({ changed: needsRestart }, 'what has changed here needs a restart; as it was until then')
    if (state.refused !== null && reloaded.length === 0) log.info('the configuration is valid again, and as before')
    state = { ...state, refused: null, needsRestart }
  }

  async function reloadNow(): Promise<void> {
    try {
      await adopt(read())
    } catch (error) {
      await refuse(error)
    }
  }

  /** One at a time, in order. */
  const reload = (): Promise<void> => {
    turn = turn.then(reloadNow)
    return turn
  }

  return {
    state: () => state,
    reload,
    watch: signal => every(interval, signal, reload),
  }
}

/** The state of a configuration that nobody reads again. */
export function unchanging(since: Date): () => ConfigurationState {
  return () => ({ since: since.toISOString(), refused: null, needsRestart: [] })
}

function changedSections(before: Configuration, after: Configuration): (keyof Configuration)[] {
  return (Object.keys(takes) as (keyof Configuration)[]).filter(
    section => !isDeepStrictEqual(before[section], after[section]),
  )
}
