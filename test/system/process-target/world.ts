import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostClient } from '../../../activities/targets/process/host/client.ts'
import { startHost } from '../../../activities/targets/process/host/start.ts'
import { processTarget } from '../../../activities/targets/process/target.ts'
import type { Op, Target } from '../../../activities/targets/target.ts'
import type { Release } from '../../../pipeline/release.ts'
import type { ProcessService } from '../../../pipeline/schema/configuration/process-target.ts'

/** A process host in a folder of its own, and a target of one service on it. */
export interface World {
  data: string
  /** Its name occurs nowhere else, so that whatever runs for it can be found. */
  name: string
  host: HostClient
  target: Target
  /** An operation of its own, unless an id says that it is a repetition. */
  op(fence?: number, more?: Partial<Op>): Op
  url(service?: string): Promise<string>
  close(): Promise<void>
}

export const service = 'shop'

const defaults: ProcessService = {
  port: 0,
  directory: import.meta.dirname,
  instances: 2,
  health: '/healthz',
  startTimeout: 15_000,
  drainTimeout: 3_000,
  responseTimeout: 10_000,
  clusterHeader: false,
}

export async function openWorld(...services: Partial<ProcessService>[]): Promise<World> {
  const data = mkdtempSync(join(tmpdir(), 'slipway-target-'))
  const name = `t${randomBytes(6).toString('hex')}`
  const host = await startHost(data)
  const named = (services.length === 0 ? [{}] : services).map((settings, i) => [
    i === 0 ? service : `${service}-${i}`,
    { ...defaults, ...settings },
  ])
  const target = processTarget(
    name,
    { type: 'process', environment: 'test', services: Object.fromEntries(named) },
    host,
  )
  let ops = 0
  return {
    data,
    name,
    host,
    target,
    op: (fence = 1, more = {}) => ({
      id: `op-${++ops}`,
      fence,
      signal: new AbortController().signal,
      progress: () => {},
      ...more,
    }),
    url: async (of = service) => (await target.current(of)).url!,
    async close() {
      await host.stop({ instances: 'end' })
      const left = runningFor(name)
      rmSync(data, { recursive: true, force: true })
      if (left.length > 0) throw new Error(`left running: ${left.join(', ')}`)
    },
  }
}

/** A release of `release.mjs`; what it does is told by its environment. */
export function release(version: string, env: Record<string, string> = {}): Release {
  return { version, command: ['node', 'release.mjs'], env }
}

/** Processes of releases of a target, whoever started them. */
export function runningFor(target: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter(pid => environmentOf(pid).includes(`SLIPWAY_TARGET=${target}\0`))
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}

export interface Who {
  version: string
  instance: string
  cluster: string
  pid: number
}

export async function who(url: string, headers: Record<string, string> = {}): Promise<Who> {
  const response = await fetch(`${url}/who`, { headers })
  return (await response.json()) as Who
}

/** How many of `count` requests, `at once` at a time, each version has answered. */
export async function versionsOf(url: string, count: number, atOnce = 8): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  let left = count
  const clients = Array.from({ length: atOnce }, async () => {
    while (left-- > 0) {
      const { version } = await who(url)
      seen[version] = (seen[version] ?? 0) + 1
    }
  })
  await Promise.all(clients)
  return seen
}

export async function until(check: () => boolean | Promise<boolean>, what: string, within = 30_000): Promise<void> {
  const deadline = performance.now() + within
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`waited ${within} ms for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
