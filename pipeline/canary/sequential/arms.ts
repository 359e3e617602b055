/**
 * What one interval (or block of intervals) adds to a test of events: bad events and exposure of the two arms.
 * The letters are those of the formulas: baseline b of u, canary c of v. Exposure is requests, or seconds × instances.
 */
export interface Arms {
  b: number
  u: number
  c: number
  v: number
}

/** The same interval with baseline and canary in each other's place: fewer becomes more. */
export function swapped(arms: Arms): Arms {
  return { b: arms.c, u: arms.v, c: arms.b, v: arms.u }
}

/** An interval without exposure on a side says nothing about the difference of the two. */
export function isExposed(arms: Arms): boolean {
  return arms.u > 0 && arms.v > 0
}

export function sumOfArms(all: readonly Arms[]): Arms {
  const sum = { b: 0, u: 0, c: 0, v: 0 }
  for (const arms of all) {
    sum.b += arms.b
    sum.u += arms.u
    sum.c += arms.c
    sum.v += arms.v
  }
  return sum
}
