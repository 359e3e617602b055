import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../../../pipeline/clusters.ts'
import type { Release } from '../../../../pipeline/release.ts'
import { Failure, Invalid, ReleaseFailed } from '../../../failures.ts'
import { resolveCommand } from '../../../processes/command.ts'
import { end } from '../../../processes/end.ts'
import { cleanEnvironment } from '../../../processes/environment.ts'
import { lastLines } from '../../../processes/log-file.ts'
import { listenersOn } from '../../../processes/ports.ts'
import { type Exit, type StartedProcess, startProcess } from '../../../processes/start.ts'
import { hiddenFrom } from '../hide.ts'
import { probe } from './health.ts'
import { type InstanceRecord, stopGrace } from './instance.ts'
import type { ServiceSettings } from './protocol.ts'
import { ownsPort } from './running.ts'

/** What is to run. */
export interface Blueprint {
  target: string
  service: string
  cluster: string
  role: Role
  release: Release
  settings: ServiceSettings
}

/** What the host lends for a start. */
export interface Slipway {
  /** The data folder, of which a release sees nothing. */
  data: string
  /** Folder of the logs. */
  logs: string
  /** A free port nobody else was given; given back when the instance is forgotten. */
  reservePort(): Promise<number>
  /** Durable when it resolves. */
  remember(record: InstanceRecord): Promise<void>
  forget(record: InstanceRecord | { id: string; port: number }): void
}

export interface Launched {
  record: InstanceRecord
  process: StartedProcess
  log: string
}

/** A release that exits at once may have met a passing trouble; a port can be lost to another program in between. */
const mostStarts = 3
const mostPorts = 5

/**
 * Starts one process of a release and resolves when it answers its health check itself. Throws `ReleaseFailed` with
 * the reason and the last lines it printed when it does not; then nothing of it runs any more.
 */
export async function launch(blueprint: Blueprint, host: Slipway, signal: AbortSignal): Promise<Launched> {
  const deadline = performance.now() + blueprint.settings.startTimeout
  let ports = 1
  let exited: Unsuccessful | undefined
  for (let starts = 1; ; starts++) {
    signal.throwIfAborted()
    const attempt = await once(blueprint, host, deadline, signal)
    if (attempt.outcome === 'healthy') return attempt.launched
    if (attempt.outcome === 'port taken' && ports++ < mostPorts) {
      starts--
      continue
    }
    if (attempt.outcome === 'exited') exited = attempt
    // That it ended before says more than that it ran out of time now.
    if (attempt.outcome !== 'exited' || starts === mostStarts) throw failed(blueprint, exited ?? attempt)
    await sleep(100 * 2 ** starts, undefined, { signal })
  }
}

type Unsuccessful = { outcome: 'exited' | 'port taken' | 'unhealthy'; reason: string; lines: string[] }

type StartAttempt = { outcome: 'healthy'; launched: Launched } | Unsuccessful

async function once(blueprint: Blueprint, host: Slipway, deadline: number, signal: AbortSignal): Promise<StartAttempt> {
  const id = `${blueprint.service}-${randomBytes(4).toString('hex')}`
  const port = await host.reservePort()
  const log = join(host.logs, `${blueprint.target}.${id}.log`)
  let record: InstanceRecord | undefined
  try {
    const process = await start(blueprint, { id, port, log, data: host.data }, identity => {
      record = { id, cluster: blueprint.cluster, identity, port, startedAt: Date.now() }
      return host.remember(record)
    })
    const verdict = await becomesHealthy(process, port, blueprint.settings.health, deadline, signal)
    if (verdict.outcome === 'healthy') return { outcome: 'healthy', launched: { record: record!, process, log } }
    await end(process.identity, { grace: stopGrace })
    host.forget({ id, port })
    return { ...verdict, lines: lastLines(log, 5) }
  } catch (error) {
    if (record) await end(record.identity, { grace: stopGrace })
    host.forget({ id, port })
    throw error
  }
}

async function start(
  { target, service, role, release, settings }: Blueprint,
  { id, port, log, data }: { id: string; port: number; log: string; data: string },
  record: (identity: InstanceRecord['identity']) => Promise<void>,
): Promise<StartedProcess> {
  const { command, env, version } = release
  if (!command) throw new Invalid(`${service} ${version} has no command; a process target needs \`release.command\``)
  const { directory } = settings
  const environment: Record<string, string> = {
    ...cleanEnvironment(),
    ...env,
    PORT: String(port),
    HOST: '127.0.0.1',
    SLIPWAY_TARGET: target,
    SLIPWAY_SERVICE: service,
    SLIPWAY_VERSION: version,
    SLIPWAY_CLUSTER: role,
    SLIPWAY_INSTANCE: id,
  }
  try {
    const program = resolveCommand(command, directory, environment.PATH)
    const hidden = hiddenFrom([program, ...command.slice(1)], { data, directory })
    return await startProcess({ command: hidden, directory, env: environment, log, record })
  } catch (error) {
    if (error instanceof Failure) throw new ReleaseFailed(`${service} ${version} cannot start: ${error.message}`)
    throw error
  }
}

type Health = { outcome: 'healthy' } | { outcome: 'exited' | 'port taken' | 'unhealthy'; reason: string }

async function becomesHealthy(
  { identity, exited }: StartedProcess,
  port: number,
  health: string,
  deadline: number,
  signal: AbortSignal,
): Promise<Health> {
  let exit: Exit | undefined
  exited.then(seen => {
    exit = seen
  })
  const started = performance.now()
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
    signal.throwIfAborted()
    const problem = await probe(port, health, 2_000)
    if (exit) return exitedAs(exit, port, performance.now() - started)
    if (problem === null && ownsPort(identity, port)) return { outcome: 'healthy' }
    if (problem === null) return { outcome: 'port taken', reason: `another program took its port ${port}` }
    if (!(performance.now() < deadline)) return { outcome: 'unhealthy', reason: `never became healthy: it ${problem}` }
    await Promise.race([sleep(pause, undefined, { signal }), exited])
  }
}

function exitedAs({ code, signal }: Exit, port: number, after: number): Health {
  if ((listenersOn(port)?.length ?? 0) > 0)
    return { outcome: 'port taken', reason: `its port ${port} was taken by another program` }
  const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  return { outcome: 'exited', reason: `${how} ${(after / 1_000).toFixed(1)} s after its start` }
}

function failed({ service, release, settings }: Blueprint, { reason, lines }: Unsuccessful): ReleaseFailed {
  const printed = lines.length === 0 ? 'It printed nothing.' : `It printed last:\n  ${lines.join('\n  ')}`
  const limit = `startTimeout is ${settings.startTimeout / 1_000} s`
  return new ReleaseFailed(`${service} ${release.version} ${reason} (${limit}). ${printed}`)
}
