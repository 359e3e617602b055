import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '../../../failures.ts'
import { cleanEnvironment } from '../../../processes/environment.ts'
import { isAlive } from '../../../processes/identity.ts'
import { lastLines } from '../../../processes/log-file.ts'
import { runningRecord } from '../../../processes/record.ts'
import { startProcess } from '../../../processes/start.ts'
import { type HostClient, hostClient } from './client.ts'
import { type HostLocation, hostLocation, prepare } from './location.ts'
import { type HostReport, protocol } from './protocol.ts'

const startsWithin = 20_000

/** Under load it then takes 140 MB instead of 280, at the same speed: requests leave nothing behind that lives long. */
const youngGeneration = '--max-semi-space-size=8'

/**
 * The process host of a data folder: the one that runs, or a new one, which takes over what an earlier one has left.
 * It is detached: it outlives us, until `client.stop`.
 */
export async function startHost(dataFolder: string): Promise<HostClient> {
  const client = hostClient(dataFolder)
  const running = await answerOf(client)
  if (running?.protocol === protocol) return client
  const location = hostLocation(dataFolder)
  if (running) await client.stop({ instances: 'keep' })
  await endSilent(location)
  await start(dataFolder, location, client)
  return client
}

/**
 * Starts the host again whenever it does not answer; `started` tells of each time. Stop it before the host: it is
 * stopped when the promise has resolved, for a start may just be under way.
 */
export function keepHost(dataFolder: string, started: () => void): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const client = hostClient(dataFolder)
  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      await sleep(250, undefined, { signal: stopped.signal }).catch(() => {})
      const alive = await answerOf(client).catch(() => null)
      if (alive || stopped.signal.aborted) continue
      // What went wrong is in the host's log; it is tried again.
      await startHost(dataFolder).then(started, () => {})
    }
  }
  const watching = watch()
  return {
    stop() {
      stopped.abort()
      return watching
    },
  }
}

/** One that runs but does not answer is of no use. It is not asked to end, for then it would end its instances. */
async function endSilent(location: HostLocation): Promise<void> {
  const silent = runningRecord(location.record)
  if (!silent) return
  process.kill(silent.pid, 'SIGKILL')
  while (isAlive(silent)) await sleep(10)
}

async function start(dataFolder: string, location: HostLocation, client: HostClient): Promise<void> {
  prepare(location)
  const { identity, exited } = await startProcess({
    command: [process.execPath, youngGeneration, join(import.meta.dirname, 'main.ts'), '--data', resolve(dataFolder)],
    directory: location.folder,
    // Compiled code is kept: the next start, after a crash above all, takes half the time.
    env: { ...cleanEnvironment(), NODE_COMPILE_CACHE: join(location.folder, 'compiled') },
    log: location.log,
    record: async () => {},
  })
  let exit: Awaited<typeof exited> | undefined
  exited.then(seen => {
    exit = seen
  })
  const deadline = performance.now() + startsWithin
  for (;;) {
    const answer = await answerOf(client)
    // When somebody else was faster, ours finds the folder taken and ends; until then it could still take it over.
    if (answer && (answer.identity.nonce === identity.nonce || exit)) return
    if (exit?.code) throw notStarted(location, `it ended with code ${exit.code}`)
    if (!(performance.now() < deadline)) throw notStarted(location, `no answer within ${startsWithin / 1_000} s`)
    await sleep(20)
  }
}

async function answerOf(client: HostClient): Promise<HostReport | null> {
  try {
    return await client.ping()
  } catch (error) {
    if (error instanceof Unavailable) return null
    throw error
  }
}

function notStarted(location: HostLocation, reason: string): Unavailable {
  const printed = lastLines(location.log, 5).join('\n  ')
  return new Unavailable(`the process host did not start: ${reason}. ${location.log} ends with:\n  ${printed}`)
}
