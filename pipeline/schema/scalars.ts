import { z } from 'zod'

const unitMilliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const longestDuration = 365 * unitMilliseconds.d

const aDuration = 'a duration such as 500ms, 30s, 10m, 1h30m or 2d'

/** `90s`, `1m`, `1h30m`, `500ms` → milliseconds. */
export const duration = z
  .string(aDuration)
  .max(32, aDuration)
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, aDuration)
  .refine(text => milliseconds(text) <= longestDuration, 'at most 365d')
  .transform(milliseconds)
  .meta({ title: 'duration' })

/** A duration that is not zero. */
export const positiveDuration = z
  .string(aDuration)
  .max(32, aDuration)
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, aDuration)
  .refine(text => milliseconds(text) <= longestDuration, 'at most 365d')
  .refine(text => milliseconds(text) > 0, 'longer than zero')
  .transform(milliseconds)
  .meta({ title: 'duration' })

function milliseconds(text: string): number {
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    total += Number(amount) * unitMilliseconds[unit as keyof typeof unitMilliseconds]
  return Math.round(total)
}

const aPercentage = 'a percentage such as 1% or 0.5%'

/** `0.5%` → 0.005. A bare number is refused: 1 could mean one percent or all of it. */
export const percentage = z
  .string(aPercentage)
  .max(16, aPercentage)
  .regex(/^\d+(\.\d+)?%$/, aPercentage)
  .transform(fraction)
  .meta({ title: 'percentage' })

/** A percentage that is not zero. */
export const positivePercentage = z
  .string(aPercentage)
  .max(16, aPercentage)
  .regex(/^\d+(\.\d+)?%$/, aPercentage)
  .refine(text => fraction(text) > 0, 'more than 0%')
  .transform(fraction)
  .meta({ title: 'percentage' })

/** An error probability: more than none, less than a coin toss. */
export const riskPercentage = z
  .string(aPercentage)
  .max(16, aPercentage)
  .regex(/^\d+(\.\d+)?%$/, aPercentage)
  .refine(text => fraction(text) > 0 && fraction(text) < 0.5, 'more than 0% and less than 50%')
  .transform(fraction)
  .meta({ title: 'percentage' })

/** `0.5%` must be 0.005 to the last digit, so the decimal point is moved instead of dividing. */
function fraction(text: string): number {
  return Number(`${text.slice(0, -1)}e-2`)
}

const aName = 'a name of lower-case letters, digits and dashes, at most 63 characters'

/** Names of pipelines, stages, services, targets and metrics. */
export const name = z
  .string(aName)
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, aName)
  .meta({ title: 'name' })

/** Text that may hold `${{ … }}`; checked by the expressions module, evaluated when the stage starts. */
export const template = z.string('text').max(16_384, 'at most 16384 characters').meta({ title: 'template' })
