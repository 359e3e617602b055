import { seeded } from '../../test/proof/proof.ts'

/** Draws for simulations, the same ones for the same seed. */
export interface Draw {
  uniform(): number
  normal(): number
  poisson(mean: number): number
  binomial(n: number, p: number): number
  /** Counts of the given mean whose variance is `dispersion` times it (gamma-mixed Poisson). */
  negativeBinomial(mean: number, dispersion: number): number
}

export function drawFrom(seed: number): Draw {
  const uniform = seeded(seed)

  /** Box and Muller, one of the pair. */
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

  /** Inversion, in pieces that cannot underflow. */
  function poisson(mean: number): number {
    let count = 0
    for (let rest = mean; rest > 0; rest -= 30) count += smallPoisson(Math.min(rest, 30))
    return count
  }

  function smallPoisson(mean: number): number {
    let probability = Math.exp(-mean)
    let left = uniform() - probability
    let count = 0
    while (left > 0 && count < 1_000) {
      count += 1
      probability *= mean / count
      left -= probability
    }
    return count
  }

  /** Inversion from zero up; for n·p of at most some hundreds. */
  function binomial(n: number, p: number): number {
    let probability = (1 - p) ** n
    let left = uniform() - probability
    let count = 0
    while (left > 0 && count < n) {
      count += 1
      probability *= ((n - count + 1) / count) * (p / (1 - p))
      left -= probability
    }
    return count
  }

  /** Marsaglia and Tsang (2000), with the boost for shapes below one. */
  function gamma(shape: number): number {
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }

  return {
    uniform,
    normal,
    poisson,
    binomial,
    negativeBinomial: (mean, dispersion) => poisson(gamma(mean / (dispersion - 1)) * (dispersion - 1)),
  }
}
