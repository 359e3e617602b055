/** ` (did you mean "canary"?)` when one of the known words is close enough to be meant, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = closest(word, known)
  return meant === null ? '' : ` (did you mean "${meant}"?)`
}

const longestWord = 64

function closest(word: string, known: readonly string[]): string | null {
  if (word.length > longestWord) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Optimal string alignment: insert, delete, replace, or swap two neighbours; any result of `limit` or more is `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const cost = Math.min(current[column - 1]! + 1, last[column]! + 1, last[column - 1]! + (same ? 0 : 1))
      current.push(swapped ? Math.min(cost, beforeLast[column - 2]! + 1) : cost)
    }
    beforeLast = last
    last = current
  }
  return Math.min(last[b.length]!, limit)
}
