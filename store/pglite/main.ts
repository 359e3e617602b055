import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Server } from 'node:net'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { PGlite } from '@electric-sql/pglite'
import { freeBytes, megabytes, refuseWritesOnFullDisk, reserve } from './disk.ts'
import { syncFolder } from './durable-files.ts'
import { openEngine, saveMemory } from './engine.ts'
import { splitFrames, startup } from './frames.ts'
import { lockFolder } from './lock.ts'
import { maintain } from './maintenance.ts'
import type { Place } from './place.ts'
import { placeOf } from './place.ts'
import { notificationListeners, serve } from './server.ts'
import { openSession } from './session.ts'
import { startWatchdog } from './watchdog.ts'

/** `node store/pglite/main.ts --data FOLDER`: the embedded store, until SIGTERM. */
const { values } = parseArgs({ options: { data: { type: 'string' } } })
try {
  if (values.data === undefined) throw new Error('--data FOLDER is missing')
  await run(placeOf(values.data))
} catch (error) {
  end(1, (error as Error).message)
}

async function run(place: Place): Promise<void> {
  process.umask(0o077)
  saveMemory()
  mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  lockFolder(place)
  checkRoom(place.folder)
  if (!existsSync(place.data)) await create(place)

  const watchdog = startWatchdog(60_000)
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

/** In another process and another folder, so that half a database is never taken for one. */
async function create(place: Place): Promise<void> {
  const unfinished = `${place.data}.new-`
  for (const name of readdirSync(place.folder)) {
    if (name.startsWith(basename(unfinished))) rmSync(join(place.folder, name), { recursive: true, force: true })
  }
  const data = `${unfinished}${process.pid}`
  const program = fileURLToPath(new URL('./create.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [program, data])
  renameSync(data, place.data)
  syncFolder(place.folder)
}

async function ask(engine: PGlite, request: Buffer): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  await engine.execProtocolRawStream(request, { syncToFs: false, onRawData: data => chunks.push(Buffer.from(data)) })
  return splitFrames(Buffer.concat(chunks)).messages
}

/** After a PANIC or a FATAL the engine answers with an endless loop; the next start recovers from its log of writes. */
function onLog(line: string) {
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
