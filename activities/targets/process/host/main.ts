import { chmodSync, existsSync, rmSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { identify, newNonce, nonceVariable } from '../../../processes/identity.ts'
import { lockFile } from '../../../processes/lock.ts'
import { removeRecord, writeRecord } from '../../../processes/record.ts'
import { controlServer } from './control.ts'
import { Host } from './host.ts'
import { hostLocation, prepare } from './location.ts'
import type { StopRequest } from './protocol.ts'

/**
 * The process host of one data folder: `node main.ts --data DIR`. Runs until it is stopped; ends at once, with code 0,
 * when another one has the folder. On TERM and INT it ends its instances too.
 */
async function main(): Promise<void> {
  const { data } = parseArgs({ options: { data: { type: 'string' } } }).values
  if (!data) throw new Error('usage: main.ts --data DIR')
  process.umask(0o077)
  const location = hostLocation(data)
  prepare(location)
  const lock = lockFile(location.lock)
  if (!lock) return
  const host = new Host(location)
  // It serves all services: the bug in one request must not take the others down.
  process.on('uncaughtException', error => host.log('uncaught', { error: String(error), stack: error.stack }))
  process.on('unhandledRejection', reason => host.log('unhandled rejection', { reason: String(reason) }))

  const identity = identify(process.pid, process.env[nonceVariable] ?? newNonce())
  if (!identity) throw new Error('this process cannot be found in the process table')
  await host.restore()

  let stopping: Promise<void> | undefined
  const stop = (request: StopRequest) => {
    stopping ??= host.stop(request).finally(() => {
      server.close()
      rmSync(location.socket, { force: true })
      removeRecord(location.record)
      // The answer to whoever asked is still on its way.
      setTimeout(() => process.exit(0), 50)
    })
    return stopping
  }
  const server = controlServer(host, identity, stop)
  rmSync(location.socket, { force: true })
  await new Promise<void>(resolve => server.listen(location.socket, resolve))
  chmodSync(location.socket, 0o600)
  await writeRecord(location.record, identity)
  // Without its folder it has nothing to keep and nobody can find it; another one may begin where it was.
  setInterval(() => existsSync(location.lock) || stop({ instances: 'end' }), 1_000).unref()
  process.on('SIGTERM', () => stop({ instances: 'end' }))
  process.on('SIGINT', () => stop({ instances: 'end' }))
  // It may be killed before it could write this down itself.
  flushCompileCache()
  host.log('ready', { pid: process.pid, socket: location.socket })
}

try {
  await main()
} catch (error) {
  // Half a host is worse than none; the next one takes over what runs.
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
