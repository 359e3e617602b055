import { type Arms, isExposed, sumOfArms } from './arms.ts'
import { expectedOfCanary, rateRatio } from './rate-ratio.ts'

/** Fewer events than this say nothing about how they scatter. */
const enoughEvents = 10

/** What is assumed while there is nothing to measure it from. */
export const unknownDispersion = 3

/**
 * φ: the variance of the counts over the Poisson variance, at least 1, from all intervals so far.
 *
 * Both arms ≥ 10 events: the scatter of the canary's share around the common rate ratio, over blocks of ≥ 10 events.
 * Else the one arm with ≥ 10 events: its scatter around its own mean rate. Else, or with fewer than two blocks: 3.
 * Divided by the lower quartile of χ² rather than its mean: pessimistic on purpose, as few blocks hide bursts.
 */
export function overDispersion(all: readonly Arms[]): number {
  const exposed = all.filter(isExposed)
  const fromBaseline = exposed.reduce((sum, { b }) => sum + b, 0)
  const fromCanary = exposed.reduce((sum, { c }) => sum + c, 0)
  if (fromBaseline >= enoughEvents && fromCanary >= enoughEvents) return fromBothArms(exposed)
  if (fromCanary >= enoughEvents) return fromOneArm(exposed.map(({ c, v }) => ({ events: c, exposure: v })))
  if (fromBaseline >= enoughEvents) return fromOneArm(exposed.map(({ b, u }) => ({ events: b, exposure: u })))
  return unknownDispersion
}

function fromBothArms(exposed: readonly Arms[]): number {
  const blocks = blocksOfEvents(exposed)
  const ratio = rateRatio(blocks)
  let chiSquared = 0
  for (const block of blocks) {
    const { expected, variance } = expectedOfCanary([block], ratio)
    chiSquared += (block.c - expected) ** 2 / variance
  }
  return phi(chiSquared, blocks.length - 1)
}

/** Consecutive intervals added up until each block has enough events; a rest with fewer is left out. */
function blocksOfEvents(exposed: readonly Arms[]): Arms[] {
  const blocks: Arms[] = []
  let block: Arms = { b: 0, u: 0, c: 0, v: 0 }
  for (const arms of exposed) {
    block = sumOfArms([block, arms])
    if (block.b + block.c < enoughEvents) continue
    blocks.push(block)
    block = { b: 0, u: 0, c: 0, v: 0 }
  }
  return blocks
}

function fromOneArm(arm: readonly { events: number; exposure: number }[]): number {
  const events = arm.reduce((sum, each) => sum + each.events, 0)
  const exposure = arm.reduce((sum, each) => sum + each.exposure, 0)
  const rate = events / exposure
  const chiSquared = arm.reduce(
    (sum, each) => sum + (each.events - rate * each.exposure) ** 2 / (rate * each.exposure),
    0,
  )
  return phi(chiSquared, arm.length - 1)
}

function phi(chiSquared: number, degrees: number): number {
  if (degrees < 1) return unknownDispersion
  return Math.max(1, chiSquared / lowerQuartile(degrees))
}

/** The lower quartile of χ² with ν degrees of freedom (Wilson and Hilferty 1931). */
export function lowerQuartile(degrees: number): number {
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread - 0.6744897501960817 * Math.sqrt(spread)) ** 3
}
