/** @throws RangeError unless `limit` is a whole number from 1 to 500. */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return
  throw new RangeError(`a list is read in pages of 1 to 500, not ${limit}`)
}
