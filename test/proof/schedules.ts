import * as fc from 'fast-check'
import { openField } from '../schedules/real.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { schedules as arbitrary } from '../schedules/schedule.ts'
import { startTemporal } from '../temporal.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'

/** So many at once: they mostly wait. Whoever has neighbours takes fewer, as every new worker reads all of them anew. */
const sideBySide = 20
const within = 12_000

/**
 * Seeded schedules of approve, reject, pause, resume, cancel, promote, roll back, skip, retry, doubled triggers and workers
 * that end, against the real workflows on a real Temporal and a reference state machine.
 */
export const schedules: Proof = {
  what: 'seeded schedules of what people do to runs, on a real Temporal, against a reference state machine',
  whole: 300,
  run,
}

async function run(options: ProofOptions): Promise<Figures> {
  return runSchedules(someSchedules(options.seed, options.rounds), options)
}

/** A slice of the whole series. */
export function someSchedules(seed: number, rounds: number): Schedule[] {
  return fc.sample(arbitrary(within), { seed, numRuns: rounds })
}

export async function runSchedules(
  all: readonly Schedule[],
  { seed, log, atOnce = sideBySide }: Pick<ProofOptions, 'seed' | 'log'> & { atOnce?: number },
): Promise<Figures> {
  const server = await startTemporal()
  const field = await openField(server)
  const wrong: string[] = []
  let next = 0
  const work = async () => {
    for (let index = next++; index < all.length; index = next++) {
      const found = await field.run(all[index]!, `s${seed}-${index}`).catch(error => [String(error?.stack ?? error)])
      for (const one of found) {
        log(`${index}: ${one}\n${JSON.stringify(all[index])}`)
        wrong.push(one)
      }
      if (index % 20 === 19) log(`${index + 1}/${all.length}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    await field.stop()
    await server.stop()
  }
  if (wrong.length > 0) throw new Error(`${wrong.length} times something did not hold:\n${wrong.join('\n')}`)
  return { schedules: all.length, commands: commandsOf(all), workerEnds: field.kills, violations: 0 }
}

function commandsOf(all: readonly Schedule[]): number {
  return all.reduce((sum, { commands }) => sum + commands.length, 0)
}
