interface Figure {
  what: string
  value: number
  unit: string
  limit?: number
}

/** Figures of one bench: a JSON line each as they come, and a table at the end. */
export function openFigures() {
  const figures: Figure[] = []
  return {
    report(what: string, value: number, unit: string, limit?: number): void {
      const figure = { what, value: Math.round(value * 100) / 100, unit, ...(limit === undefined ? {} : { limit }) }
      figures.push(figure)
      console.log(JSON.stringify(figure))
    },
    /** Whether all that are required are met. */
    table(): boolean {
      for (const figure of figures) {
        const { what, value, unit, limit } = figure
        const judged = limit === undefined ? '' : `  ${isMet(figure) ? 'met' : 'NOT MET'}: at most ${limit}`
        console.log(`${what.padEnd(72)}${value.toFixed(2).padStart(10)} ${unit.padEnd(10)}${judged}`)
      }
      return figures.every(isMet)
    },
  }
}

export type Report = ReturnType<typeof openFigures>['report']

function isMet({ value, limit }: Figure): boolean {
  return limit === undefined || value <= limit
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
