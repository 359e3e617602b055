import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of this process that remain when what nobody needs any more is gone, from its threads (workflows) as well. */
export async function residentAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await collectInThreads()
  return process.memoryUsage().rss
}

/** A thread collects its garbage when it likes, and what is left of it is no measure of what is kept. */
async function collectInThreads(): Promise<void> {
  const session = new Session()
  session.connect()
  const threads: string[] = []
  session.on('NodeWorker.attachedToWorker', ({ params }) => void threads.push(params.sessionId))
  try {
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
    const collected = threads.map(
      thread =>
        new Promise<void>(resolve => {
          session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
            if (params.sessionId === thread && JSON.parse(params.message).id === 1) resolve()
          })
        }),
    )
    const message = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })
    await Promise.all(threads.map(sessionId => session.post('NodeWorker.sendMessageToWorker', { sessionId, message })))
    await Promise.all(collected)
    await session.post('NodeWorker.disable')
  } finally {
    session.disconnect()
  }
}

/** Bytes of another process, as the kernel counts them. */
export function residentOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}
