import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A long series of one kind: run whole by `npm run proof -- NAME`, as a seeded slice in `npm test`. */
export interface Proof {
  what: string
  /** Resolves with figures; rejects when one does not hold. */
  run(options: ProofOptions): Promise<Figures>
  /** How many rounds the whole has. */
  whole: number
  /** The most that a figure may be, by its name; what is over is written all the same, and said. */
  limits?: Readonly<Record<string, number>>
}

export interface ProofOptions {
  seed: number
  rounds: number
  log(line: string): void
}

export type Figures = Readonly<Record<string, number | string>>

const folder = join(import.meta.dirname, '../../docs/proof')

/** Writes `docs/proof/NAME.json`, which the docs cite. */
export function writeProof(name: string, seed: number, figures: Figures, limits?: Proof['limits']): void {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  mkdirSync(folder, { recursive: true })
  const proof = { proof: name, figures, limits, commit, date: new Date().toISOString(), seed }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(proof, null, 2)}\n`)
}

/** One line for each figure that is over its limit, or is not there. */
export function overLimit(figures: Figures, limits: Proof['limits'] = {}): string[] {
  const over = Object.entries(limits).filter(([name, most]) => !(Number(figures[name]) <= most))
  return over.map(([name, most]) => `${name} is ${figures[name]}; at most ${most} is allowed`)
}

/** Of the milliseconds from each kill until the run that it met had ended. */
export function recoveryOf(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return { msFromKillToEndMedian: at(0.5), msFromKillToEndWorst: at(1) }
}

/** Numbers from 0 (inclusive) to 1, the same ones for the same seed (mulberry32, public domain by T. Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
