/** Hands over what comes in a burst at once: the first at most `milliseconds` late, in order, nothing twice. */
export function batched<T>(milliseconds: number, take: (items: readonly T[]) => void): (item: T) => void {
  let waiting: T[] = []
  return item => {
    waiting.push(item)
    if (waiting.length > 1) return
    setTimeout(() => {
      const items = waiting
      waiting = []
      take(items)
    }, milliseconds)
  }
}
