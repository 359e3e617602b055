import type { Observation } from '../../../../pipeline/canary/judge.ts'
import { share, significant, whole } from '../../../words/numbers.ts'

/** How one side's data read, as a number to draw and as words. */

export function wordsOf(observation: Observation): { value: string; of: string } {
  if (observation === null) return { value: '–', of: 'no data' }
  if ('error' in observation) return { value: '–', of: observation.error }
  if ('value' in observation) return { value: significant(observation.value), of: '' }
  if ('events' in observation) return { value: whole(observation.events), of: 'events' }
  if ('counts' in observation) return { value: whole(sum(observation.counts)), of: 'measured' }
  return {
    value: share(observation.bad / observation.total),
    of: `${whole(observation.bad)} of ${whole(observation.total)}`,
  }
}

/** Whether values are shares, and so are written as percentages. */
export function isShare(observation: Observation): boolean {
  return observation !== null && 'total' in observation
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
