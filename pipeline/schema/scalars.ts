import { z } from 'zod'

const unitMilliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90s`, `1m`, `1h30m`, `500ms` → milliseconds. */
export const duration = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, 'a duration such as 500ms, 30s, 10m, 1h30m or 2d')
  .transform(text => {
    let total = 0
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
      total += Number(amount) * unitMilliseconds[unit as keyof typeof unitMilliseconds]
    return Math.round(total)
  })

/** `0.5%` → 0.005. A bare number is refused: 1 could mean one percent or all of it. */
export const percentage = z
  .string()
  .regex(/^\d+(\.\d+)?%$/, 'a percentage such as 1% or 0.5%')
  .transform(text => Number(text.slice(0, -1)) / 100)

/** Names of pipelines, stages, services, targets and metrics. */
export const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes (at most 63)')

/** Text that may hold `${{ … }}`; checked by the expressions module, evaluated when the stage starts. */
export const template = z.string().max(16_384)
