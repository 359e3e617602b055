import type { RankSettings } from '../mann-whitney/settings.ts'
import { CaseError } from './case-error.ts'

type Path = readonly (string | number)[]

/**
 * Reads one metric's settings from its `analysisConfigurations`, all of them, as the original does: a bad one counts
 * even where it would not be used. `at` is where the metric stands in the case; errors point below it.
 *
 * A word that is not known means the default, silently: that is how the original reads it. A wrong type is an error;
 * JSON null is not "the default" but 0 and false, and an error where a word is expected.
 */
export function readSettings(analysisConfigurations: unknown, at: Path): RankSettings {
  const canary = lookUp(analysisConfigurations, ['canary'])
  const setting = (...path: string[]): Setting => ({
    value: lookUp(canary, path),
    name: path.at(-1)!,
    at: () => [...at, 'analysisConfigurations', 'canary', ...path],
  })

  const direction = word(setting('direction'), 'either')
  const nanStrategy = word(setting('nanStrategy'), 'remove')
  const outliers = word(setting('outliers', 'strategy'), 'keep')
  const outlierFactor = number(setting('outliers', 'outlierFactor'), 3)
  const critical = flag(setting('critical'))
  const mustHaveData = flag(setting('mustHaveData'))
  const muted = flag(setting('muted'))
  const measure = word(setting('effectSize', 'measure'), 'meanRatio') === 'cles' ? 'cles' : 'mean-ratio'
  const noEffect = measure === 'cles' ? 0.5 : 1
  const effect = {
    measure,
    allowedIncrease: number(setting('effectSize', 'allowedIncrease'), noEffect),
    allowedDecrease: number(setting('effectSize', 'allowedDecrease'), noEffect),
    criticalIncrease: number(setting('effectSize', 'criticalIncrease'), noEffect),
    criticalDecrease: number(setting('effectSize', 'criticalDecrease'), noEffect),
  } as const
  if (outliers === 'remove' && !(outlierFactor > 0)) {
    throw new CaseError('outlierFactor must be greater than zero', setting('outliers', 'outlierFactor').at())
  }
  return {
    direction: direction === 'increase' || direction === 'decrease' ? direction : 'either',
    nanStrategy: nanStrategy === 'replace' ? 'replace' : 'remove',
    outlierFactor: outliers === 'remove' ? outlierFactor : null,
    critical,
    mustHaveData,
    muted,
    effect,
  }
}

/** What stands at a path, from `start` on; undefined when nothing does. A list on the way gives a list of what is found. */
function lookUp(data: unknown, path: readonly string[], start = 0): unknown {
  const key = path[start]
  if (key === undefined) return data
  if (Array.isArray(data)) {
    const found = data.map(entry => lookUp(entry, path, start)).filter(value => value !== undefined)
    return found.length > 0 ? found : undefined
  }
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined
  return lookUp((data as Record<string, unknown>)[key], path, start + 1)
}

interface Setting {
  value: unknown
  name: string
  at(): Path
}

/** The text form of anything but a string is never one of the words, so it need not be the original's text form. */
function word({ value, name, at }: Setting, otherwise: string): string {
  if (value === undefined) return otherwise
  if (value === null) throw new CaseError(`${name} is null; leave it out, or give a string`, at())
  return typeof value === 'string' ? value : ''
}

function flag({ value, name, at }: Setting): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw new CaseError(`${name} must be true or false, not ${named(value)}`, at())
  return value
}

function number({ value, name, at }: Setting, otherwise: number): number {
  if (value === undefined) return otherwise
  if (value === null) return 0
  // Written with a point or an exponent: see `parse-case.ts`.
  if (value instanceof Number) return value.valueOf()
  if (typeof value !== 'number') throw new CaseError(`${name} must be a number, not ${named(value)}`, at())
  // The original reads whole numbers beyond 32 bits as another type, and stops there.
  if (Number.isInteger(value) && value !== (value | 0)) {
    throw new CaseError(`${name} is ${value}: whole numbers must fit 32 bits; write it with a decimal point`, at())
  }
  return value
}

function named(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : String(value)
}
