import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Server } from 'node:net'
import { parseArgs } from 'node:util'
import type { PGlite } from '@electric-sql/pglite'
import { freeBytes, megabytes, refuseWritesOnFullDisk, reserve } from './disk.ts'
import { openEngine, saveMemory } from './engine.ts'
import { splitFrames, startup } from './frames.ts'
import { lockFolder } from './lock.ts'
import { maintain } from './maintenance.ts'
import { newDatabase } from './new-database.ts'
import type { Place } from './place.ts'
import { placeOf } from './place.ts'
import { notificationListeners, serve } from './server.ts'
import { openSession } from './session.ts'
import { startWatchdog } from './watchdog.ts'

/**
 * `node store/pglite/main.ts --data FOLDER [--longest SECONDS]`: the embedded store, until SIGTERM. It ends itself when a
 * statement takes longer than the longest may, by default a minute: clients have long given up by then.
 */
const { values } = parseArgs({ options: { data: { type: 'string' }, longest: { type: 'string', default: '60' } } })
try {
  if (values.data === undefined) throw new Error('--data FOLDER is missing')
  const longest = Number(values.longest) * 1_000
  if (!(longest > 0)) throw new Error(`--longest ${values.longest}: a number of seconds above 0`)
  await run(placeOf(values.data), longest)
} catch (error) {
  end(1, (error as Error).message)
}

async function run(place: Place, longest: number): Promise<void> {
  process.umask(0o077)
  saveMemory()
  mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  lockFolder(place)
  checkRoom(place.folder)
  if (!existsSync(place.data)) await newDatabase(place.data)

  const watchdog = startWatchdog(longest)
  const engine = await watchdog.guard(() => openEngine(place.data, onLog))
  const greeting = Buffer.concat(await ask(engine, startup))
  const listeners = notificationListeners()
  const execute = (request: Buffer) => watchdog.guard(() => ask(engine, request))
  const guarded = refuseWritesOnFullDisk(execute, place.folder, onDiskChange)
  const session = openSession(guarded, listeners.tell, 5_000)
  const stopping = new AbortController()
  const maintenance = maintain(session, place.data, 10_000, stopping.signal)
  const server = serve(session, listeners, greeting)
  await listen(server, place)
  process.stdout.write(`slipway store: ready at ${place.socket}\n`)

  await signaled('SIGTERM', 'SIGINT')
  server.close()
  stopping.abort()
  await maintenance
  await session.run('checkpoint')
  await engine.close()
  rmSync(place.socket, { force: true })
  process.exit(0)
}

function checkRoom(folder: string) {
  const free = freeBytes(folder)
  if (free >= reserve) return
  throw new Error(
    `the disk of ${folder} has only ${megabytes(free)} left; the store needs ${megabytes(reserve)} to start`,
  )
}

async function ask(engine: PGlite, request: Buffer): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  await engine.execProtocolRawStream(request, { syncToFs: false, onRawData: data => chunks.push(Buffer.from(data)) })
  return splitFrames(Buffer.concat(chunks)).messages
}

/** After a PANIC or a FATAL the engine answers with an endless loop; the next start recovers from its log of writes. */
function onLog(line: string) {
  if (line.startsWith('pglitec:')) return
  writeSync(2, `${line}\n`)
  if (/\b(PANIC|FATAL):/.test(line)) end(70, 'the database engine ended itself; ending, to be started again')
}

function onDiskChange(refusing: boolean) {
  const words = refusing ? 'the disk is nearly full: writes are refused' : 'there is room again: writes are taken'
  process.stderr.write(`slipway store: ${words}\n`)
}

async function listen(server: Server, place: Place): Promise<void> {
  mkdirSync(place.socketFolder, { recursive: true, mode: 0o700 })
  if (statSync(place.socketFolder).uid !== process.getuid?.()) throw new Error(`${place.socketFolder} is not ours`)
  chmodSync(place.socketFolder, 0o700)
  rmSync(place.socket, { force: true })
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(place.socket, resolve))
  chmodSync(place.socket, 0o600)
}

function signaled(...signals: NodeJS.Signals[]): Promise<void> {
  return new Promise(resolve => {
    for (const signal of signals) process.on(signal, () => resolve())
  })
}

function end(code: number, message: string): never {
  writeSync(2, `slipway store: ${message}\n`)
  process.exit(code)
}
