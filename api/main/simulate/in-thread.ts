import { Worker } from 'node:worker_threads'

/** Heap of one thread. */
const resourceLimits = { maxOldGenerationSizeMb: 256 }

/**
 * What a thread of its own makes of `data`: its only message. Rejects with the thread's error, or with the signal's reason
 * as soon as that aborts; the thread is ended in any case.
 */
export async function inThread<T>(file: URL, data: unknown, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const thread = new Worker(file, {
    workerData: JSON.parse(JSON.stringify(data)),
    resourceLimits,
    // Nothing of ours is in its environment.
    env: {},
  })
  thread.once('message', resolve)
  thread.once('error', reject)
  thread.once('exit', () => reject(new Error('it takes too much')))
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    void thread.terminate()
  })
}
