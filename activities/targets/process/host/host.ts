import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { NotFound } from '../../../failures.ts'
import { rotateLog } from '../../../processes/log-file.ts'
import { freePort } from '../../../processes/ports.ts'
import type { HostLocation } from './location.ts'
import type { ServiceSettings, StopRequest } from './protocol.ts'
import { metricsOf } from './router/recorder.ts'
import { Service } from './service.ts'
import { type HostState, loadState, StateFile } from './state.ts'

const logCap = 5 * 1024 * 1024
const logInterval = 2_000
const keptLogs = 100

/** All services of one data folder. */
export class Host {
  readonly metrics = metricsOf()
  readonly log: (message: string, details?: object) => void
  readonly #location: HostLocation
  readonly #services = new Map<string, Service>()
  readonly #file: StateFile
  /** Ports given out to instances, whether they listen there yet or not. */
  readonly #ports = new Set<number>()
  readonly #rotation: NodeJS.Timeout

  constructor(location: HostLocation) {
    const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime })
    this.log = (message, details = {}) => logger.info(details, message)
    this.#location = location
    this.#file = new StateFile(location.state, () => this.#state())
    this.#rotation = setInterval(() => this.#rotate(), logInterval)
  }

  /** Brings everything back that an earlier host has left. */
  async restore(): Promise<void> {
    const { services } = loadState(this.#location.state)
    const restored = services.map(async record => {
      for (const { port } of record.instances) this.#ports.add(port)
      const service = this.#add(record)
      await service.restore(record)
    })
    await Promise.all(restored)
    if (services.length > 0) this.log('services restored', { services: services.map(({ service }) => service) })
  }

  services(): readonly Service[] {
    return [...this.#services.values()]
  }

  service(target: string, service: string): Service {
    const found = this.#services.get(`${target}/${service}`)
    if (found) return found
    throw new NotFound(`nothing was ever deployed as ${service} on ${target}`)
  }

  /** The service, made when it is the first time something is asked of it. */
  openService(target: string, service: string, settings: ServiceSettings): Service {
    const found = this.#services.get(`${target}/${service}`)
    if (found) return found
    return this.#add({ target, service, settings, port: 0, fence: 0, done: [], weights: {}, lapsed: null })
  }

  async stop({ instances }: StopRequest): Promise<void> {
    this.log('stopping', { instances })
    clearInterval(this.#rotation)
    await Promise.all(this.services().map(service => service.stop(instances)))
    await this.#file.save()
  }

  #add(record: ConstructorParameters<typeof Service>[0]): Service {
    const { target, service } = record
    const made = new Service(record, {
      data: this.#location.data,
      logs: this.#location.logs,
      recorder: this.metrics.recorder(target, service),
      save: () => this.#file.save(),
      reservePort: () => this.#reservePort(),
      remember: () => this.#file.save(),
      forget: ({ port }) => {
        this.#ports.delete(port)
        this.#saveSoon()
      },
      log: this.log,
    })
    this.#services.set(`${target}/${service}`, made)
    return made
  }

  async #reservePort(): Promise<number> {
    const port = await freePort(this.#ports)
    if (this.#ports.has(port)) return this.#reservePort()
    this.#ports.add(port)
    return port
  }

  /** What is lost when this fails is only that something has ended, which the next host finds out by itself. */
  #saveSoon(): void {
    this.#file.save().catch(error => this.log('state could not be saved', { error: String(error) }))
  }

  #state(): HostState {
    return { version: 1, services: this.services().map(service => service.record()) }
  }

  #rotate(): void {
    const instances = this.services().flatMap(service => service.report().instances)
    const logs = instances.map(({ log }) => log)
    try {
      for (const file of [this.#location.log, ...logs]) rotateLog(file, logCap)
      removeOldLogs(this.#location.logs, new Set(logs))
    } catch (error) {
      this.log('logs could not be rotated', { error: String(error) })
    }
  }
}

/** Instances that are gone can be asked for their last words a while longer. */
function removeOldLogs(folder: string, current: ReadonlySet<string>): void {
  const ages = readdirSync(folder)
    .map(name => join(folder, name))
    .filter(file => !current.has(file.replace(/\.1$/, '')))
    .map(file => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at)
  for (const { file } of ages.slice(keptLogs)) rmSync(file, { force: true })
}
