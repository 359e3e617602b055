import { share, significant } from '../../words/numbers.ts'
import type { Flow } from './flows.ts'

/** `12.5/s` */
export function rateOf(rate: number): string {
  return `${significant(rate)}/s`
}

/** The share of requests that failed; a dash when there were none. */
export function failingOf(measured: Flow['measured']): string {
  return measured === null || measured.failing === null ? '–' : share(measured.failing)
}

export function latencyOf(milliseconds: number | null | undefined): string {
  return milliseconds === null || milliseconds === undefined ? '–' : `${significant(milliseconds)} ms`
}
