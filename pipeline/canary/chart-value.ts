import type { Observation } from './judge.ts'

/** A share, a rate or a value, to be drawn; null when there is nothing that is one number. */
export function chartValue(observation: Observation, exposure: number | null): number | null {
  if (observation === null || 'error' in observation || 'counts' in observation) return null
  if ('value' in observation) return finite(observation.value)
  if ('events' in observation) return finite(exposure === null ? observation.events : observation.events / exposure)
  return finite(observation.bad / observation.total)
}

/** Evidence as the way it goes: the logarithm of the e-value, below zero where it speaks for no harm. */
export function signedEvidence(evidence: number | null, evidenceFor: 'fail' | 'pass'): number {
  // JSON has no infinity: null is beyond every threshold.
  const size = Math.max(0, evidence === null ? beyond : Math.min(beyond, Math.log(evidence)))
  return evidenceFor === 'fail' ? size : -size
}

/** The logarithm of the largest number there is. */
const beyond = 709

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
