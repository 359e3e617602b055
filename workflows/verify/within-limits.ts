import type { VerifyCheck } from '../../pipeline/schema/stages/verify.ts'
import { CannotTell } from '../outcome.ts'
import type { Checked } from '../stages/verify.ts'
import type { Checking } from './checking.ts'

type Threshold = Extract<VerifyCheck, { kind: 'metric' }>

/** Looks that may give nothing in a row before the answer is unknown. */
const patience = 3

/** A value is within its limits at every look; what cannot be read never is. */
export async function withinLimits(check: Threshold, { context, target, service }: Checking): Promise<Checked> {
  const { world } = context
  const end = world.now() + check.for
  let value = Number.NaN
  for (let missing = 0; ; ) {
    const to = world.now()
    const { role, provider, below, above } = check
    const request = {
      ...{ target, service, role, provider, expressions: expressionsOf(check), from: to - check.window, to },
      limits: { ...(below === undefined ? {} : { below }), ...(above === undefined ? {} : { above }) },
    }
    const measured = await world.activities.measure(request)
    if (measured.state === 'ok') {
      missing = 0
      value = measured.value
      context.progress({ message: `${check.name} is ${shown(value)}` })
      const problem = broken(check, value)
      if (problem !== null) return { holds: false, seen: problem }
    } else {
      missing += 1
      if (missing === patience) throw new CannotTell(`${check.name} cannot be read: ${measured.reason}`)
    }
    if (measured.state === 'ok' && world.now() >= end) return { holds: true, seen: `${check.name} is ${shown(value)}` }
    await world.sleep(check.interval)
  }
}

function expressionsOf({ query, share }: Threshold): Record<string, string> {
  if (query !== undefined) return { query }
  return share === 'slow' ? { preset: 'http-slow', threshold: '500' } : { preset: 'http-errors' }
}

/** Written so that what is no number is out of every limit. */
function broken({ name, below, above }: Threshold, value: number): string | null {
  if (below !== undefined && !(value < below)) return `${name} is ${shown(value)}, not below ${below}`
  if (above !== undefined && !(value > above)) return `${name} is ${shown(value)}, not above ${above}`
  return null
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)))
}
