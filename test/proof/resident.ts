import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Memory {
  /** Bytes that the kernel gives this process. They follow from when it wanted how much, too: ±20 % in the same work. */
  resident: number
  /** Bytes of objects that something still needs, in this thread and in those of the workflows. */
  used: number
}

/** What remains when all that nobody needs any more is gone, from the threads (workflows) as well. */
export async function memoryAfterCollection(): Promise<Memory> {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const threads = await collectInThreads()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, used: heapUsed + external + threads }
}

/** Bytes of this process then. */
export async function residentAfterCollection(): Promise<number> {
  return (await memoryAfterCollection()).resident
}

/** A thread collects its garbage when it likes, and what is left of it is no measure of what is kept. Bytes in use afterwards. */
async function collectInThreads(): Promise<number> {
  const session = new Session()
  session.connect()
  const threads: string[] = []
  const answers = new Map<string, (result: { usedSize?: number }) => void>()
  session.on('NodeWorker.attachedToWorker', ({ params }) => void threads.push(params.sessionId))
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const { id, result } = JSON.parse(params.message)
    answers.get(`${params.sessionId}/${id}`)?.(result)
  })
  const ask = (sessionId: string, id: number, method: string) =>
    new Promise<{ usedSize?: number }>((resolve, reject) => {
      answers.set(`${sessionId}/${id}`, resolve)
      session
        .post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method }) })
        .catch(reject)
    })
  try {
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
    const used = await Promise.all(
      threads.map(async thread => {
        await ask(thread, 1, 'HeapProfiler.collectGarbage')
        return (await ask(thread, 2, 'Runtime.getHeapUsage')).usedSize ?? Number.NaN
      }),
    )
    await session.post('NodeWorker.disable')
    return used.reduce((sum, bytes) => sum + bytes, 0)
  } finally {
    session.disconnect()
  }
}

/** Bytes of another process, as the kernel counts them. */
export function residentOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}
