import { InvalidArgumentError } from 'commander'
import { duration } from '../../pipeline/schema/scalars.ts'

/** `90s`, `10m` → milliseconds. */
export function parseDuration(text: string): number {
  const parsed = duration.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('a duration such as 30s, 10m or 1h30m')
}
