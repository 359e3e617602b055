import { readFileSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { roles } from '../../../../pipeline/clusters.ts'
import { phases } from './cluster.ts'

export const roleSchema = z.enum(roles)

export const weightsSchema = z.partialRecord(roleSchema, z.number().min(0).max(100))

export const releaseSchema = z.strictObject({
  version: z.string(),
  image: z.string().optional(),
  command: z.array(z.string()).readonly().optional(),
  env: z.record(z.string(), z.string()).optional(),
  config: z.array(z.string()).readonly().optional(),
  digest: z.string().optional(),
})

export const settingsSchema = z.strictObject({
  port: z.int().min(0).max(65_535),
  directory: z.string(),
  health: z.string(),
  startTimeout: z.number().positive(),
  drainTimeout: z.number().nonnegative(),
  responseTimeout: z.number().positive(),
  stickyCookie: z.string().nullable(),
  clusterHeader: z.boolean(),
})

const identity = z.strictObject({ pid: z.int(), started: z.string(), boot: z.string(), nonce: z.string() })

const instance = z.strictObject({
  id: z.string(),
  cluster: z.string(),
  identity,
  port: z.int(),
  startedAt: z.number(),
})

const cluster = z.strictObject({
  key: z.string(),
  role: roleSchema,
  release: releaseSchema,
  size: z.int().min(0),
  phase: z.enum(phases),
})

const service = z.strictObject({
  target: z.string(),
  service: z.string(),
  settings: settingsSchema,
  /** Where the router listens; 0 before it ever did. */
  port: z.int(),
  fence: z.int(),
  done: z.array(z.string()),
  weights: weightsSchema,
  leaseUntil: z.number().nullable(),
  lapsed: z.strictObject({ at: z.number(), weights: weightsSchema }).nullable(),
  clusters: z.array(cluster),
  instances: z.array(instance),
})

const state = z.strictObject({ version: z.literal(1), services: z.array(service) })

export type ServiceRecord = z.output<typeof service>
export type HostState = z.output<typeof state>

/** What an earlier host has written down; nothing when there was none. A file that makes no sense is an error. */
export function loadState(path: string): HostState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, services: [] }
    throw error
  }
  const parsed = state.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  const reason = first ? `${first.path.join('.') || 'the whole'}: ${first.message}` : 'it is no JSON'
  throw new Error(`${path} cannot be understood (${reason}); move it away to begin with nothing deployed`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Writes the state down whenever asked to. `save` resolves when all that held when it was called is on the disk; calls
 * that come while a write is under way share the next one.
 */
export class StateFile {
  readonly #path: string
  readonly #snapshot: () => HostState
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(path: string, snapshot: () => HostState) {
    this.#path = path
    this.#snapshot = snapshot
  }

  save(): Promise<void> {
    if (this.#next) return this.#next
    if (!this.#writing) return this.#begin()
    this.#next = this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<void> {
    const writing = this.#write().finally(() => {
      if (this.#writing === writing) this.#writing = undefined
    })
    this.#writing = writing
    return writing
  }

  async #write(): Promise<void> {
    await writeFileAtomic(this.#path, `${JSON.stringify(this.#snapshot())}\n`, { mode: 0o600 })
  }
}
