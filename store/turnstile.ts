import { StoreUnavailable } from './errors.ts'

/**
 * Lets `width` callers through at a time, first come, first served. Who waits longer than `patience` milliseconds is
 * turned away with `StoreUnavailable`: a burst is taken in, a store that stands still is not waited for.
 */
export function turnstile(width: number, patience: number): <T>(pass: () => Promise<T>) => Promise<T> {
  const line: (() => void)[] = []
  let inside = 0

  function enter(): Promise<void> {
    if (inside < width) {
      inside += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        line.splice(line.indexOf(turn), 1)
        reject(new StoreUnavailable(`the store is not available: ${line.length + 1} others waited for ${patience} ms`))
      }, patience)
      const turn = () => {
        clearTimeout(timer)
        resolve()
      }
      line.push(turn)
    })
  }

  /** The place goes to the next in line, so nobody can slip in between. */
  function leave() {
    const next = line.shift()
    if (next === undefined) inside -= 1
    else next()
  }

  return async pass => {
    await enter()
    try {
      return await pass()
    } finally {
      leave()
    }
  }
}
