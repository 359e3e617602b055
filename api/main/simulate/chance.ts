/** Draws that depend on nothing but the seed and the name of what is drawn: the same in whatever order they are asked for. */
export interface Chance {
  /** From 0 (inclusive) to 1 (exclusive). */
  uniform(): number
  normal(): number
  /** Events of an expected number. */
  events(mean: number): number
  /** Of `n`, those that happen with probability `p`. */
  share(n: number, p: number): number
}

export function chanceOf(seed: number, name: string): Chance {
  const uniform = generator(hash(`${seed}/${name}`))

  /** Box and Muller, one of the pair. */
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

  function events(mean: number): number {
    if (mean > many) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = uniform(); product > limit; product *= uniform()) count += 1
    return count
  }

  function share(n: number, p: number): number {
    const mean = n * p
    if (mean > many && n - mean > many)
      return Math.min(n, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - p)) * normal())))
    if (n > 1_000) return Math.min(n, p > 0.5 ? n - events(n - mean) : events(mean))
    let count = 0
    for (let i = 0; i < n; i++) if (uniform() < p) count += 1
    return count
  }

  return { uniform, normal, events, share }
}

/** From here on a normal distribution is close enough. */
const many = 50

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
