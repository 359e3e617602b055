import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PayloadCodec } from '@temporalio/common'
import pino from 'pino'
import type { z } from 'zod'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import { type Client, createClient } from '../../api/client/client.ts'
import { noSchedules } from '../../api/engine/schedules.ts'
import type { Pace } from '../../api/live/event-stream.ts'
import { startApi } from '../../api/main/api-part.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { type MemoryEngine, memoryEngine } from './memory-engine.ts'
import { type MemoryStore, memoryStore } from './memory-store.ts'

/** The real API over HTTP, on a store and an engine in memory. */
export interface FakeApi {
  url: string
  token: string
  client: Client
  store: MemoryStore
  engine: MemoryEngine
  loginCode(): string
  /** The configured directory. */
  folder: string
  /** Writes a pipeline file of the configured directory. */
  write(file: string, text: string): void
  /** A request with the token, unless it says otherwise. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** Puts another configuration in force, made like the first one. */
  reload(change: Partial<z.input<typeof configuration>>): Promise<void>
  stop(): Promise<void>
}

export const goodPipeline = `name: shop
application: store
parameters:
  version: { type: string, pattern: '^\\d+$' }
stages:
  - { id: roll, type: deploy, target: local, service: web, release: { version: '\${{ parameters.version }}', command: [node, web.mjs] } }
`

/** `configuration` is added to a target, a directory of pipelines, and limits that no test meets by chance. */
export async function startFakeApi(
  change: Partial<z.input<typeof configuration>> = {},
  pages: string | null = null,
  codec: PayloadCodec | null = null,
  pace?: Pace,
): Promise<FakeApi> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-api-'))
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  write('shop.yaml', goodPipeline)
  const store = memoryStore()
  const engine = memoryEngine()
  const token = 'test-token-of-at-least-32-characters'
  const changed = (given: Partial<z.input<typeof configuration>>) =>
    configuration.parse({
      targets: { local: { type: 'process', environment: 'test', services: { web: { directory: folder } } } },
      pipelines: [{ directory: folder }],
      ...given,
      limits: { strangers: 100_000, open: 100_000, requests: 100_000, ...given.limits },
    })
  const api = await startApi({
    ...{ configuration: changed(change), store, engine, token, openTargets: () => ({}), publicUrl: null, pages, pace },
    data: join(folder, 'data'),
    schedules: noSchedules,
    secrets: localSecrets(),
    codec,
    env: process.env,
    host: '127.0.0.1',
    port: 0,
    version: '0.0.0',
    log: pino({ level: 'silent' }),
  })
  const { local: url } = api
  return {
    ...{ url, token, store, engine, folder, write },
    client: createClient({ url, token }),
    loginCode: () => new URL(api.loginLink()).hash.slice('#code='.length),
    request: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
    reload: async given => api.prepare(changed(given))(),
    async stop() {
      await api.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A run as the store would have it. */
export function anExecution(change: Partial<Execution> = {}): Execution {
  return {
    id: 'shop-000000000000',
    pipeline: 'shop',
    application: 'store',
    revision: 'r',
    definitionHash: 'h',
    status: 'running',
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
    trigger: { type: 'api', by: 'local' },
    parameters: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    reason: null,
    position: 0,
    stages: [],
    ...change,
  }
}
