/** The answer, or null when it does not come within `milliseconds` or is an error. */
export function within<T>(milliseconds: number, answer: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<T | null>()
  const timer = setTimeout(resolve, milliseconds, null)
  answer.then(resolve, () => resolve(null))
  return promise.finally(() => clearTimeout(timer))
}
