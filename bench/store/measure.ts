/** Milliseconds; `p99` of few runs is their longest. */
export interface Timing {
  p50: number
  p99: number
}

/** Runs one after the other, warm: the first fifth is not counted. */
export async function timed(runs: number, work: (index: number) => Promise<unknown>): Promise<Timing> {
  const times: number[] = []
  const warmUp = Math.ceil(runs / 5)
  for (let index = 0; index < runs + warmUp; index += 1) {
    const began = performance.now()
    await work(index)
    if (index >= warmUp) times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** How many a second, when `callers` ask at the same time, each one after the other. */
export async function rate(
  callers: number,
  each: number,
  work: (caller: number, index: number) => Promise<unknown>,
): Promise<number> {
  const began = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let index = 0; index < each; index += 1) await work(caller, index)
    }),
  )
  return (callers * each * 1000) / (performance.now() - began)
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
