/**
 * Chooses among weighted options so that every run of 100 choices holds exactly the weights, spread as evenly as can
 * be: smooth weighted round robin, as nginx does it. Each option earns its weight at every choice; the richest is
 * chosen and pays the total.
 */
export class WeightedChoice<T extends string> {
  #options: Option<T>[] = []
  #total = 0

  /**
   * What was earned so far is kept, so frequent changes do not starve a small weight: a choice that began anew each
   * time would always take the largest first.
   */
  set(weights: Readonly<Partial<Record<T, number>>>): void {
    const earned = new Map(this.#options.map(option => [option.name, option.credit]))
    this.#options = (Object.entries(weights) as [T, number][])
      .map(([name, weight]) => ({ name, weight: Math.round(weight * unitsPerPercent), credit: earned.get(name) ?? 0 }))
      .filter(option => option.weight > 0)
    this.#total = sum(this.#options.map(option => option.weight))
    const [largest] = [...this.#options].sort((a, b) => b.weight - a.weight)
    // Credits add up to zero; what those who left had or owed goes to the one that feels it least.
    if (largest) largest.credit -= sum(this.#options.map(option => option.credit))
  }

  /** Null when nothing has a weight. */
  next(): T | null {
    let best: Option<T> | null = null
    for (const option of this.#options) {
      option.credit += option.weight
      if (best === null || option.credit > best.credit) best = option
    }
    if (best === null) return null
    best.credit -= this.#total
    return best.name
  }
}

interface Option<T> {
  name: T
  weight: number
  credit: number
}

/** Weights are percent; whole numbers keep the sums exact. */
const unitsPerPercent = 10_000

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
