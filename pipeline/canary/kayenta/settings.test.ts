import { describe, expect, it } from 'vitest'
import { CaseError } from './case-error.ts'
import { readSettings } from './settings.ts'

const read = (canary: unknown) => readSettings({ canary }, ['metrics', 0])

function problem(canary: unknown): { message: string; pointer: string } | null {
  try {
    read(canary)
    return null
  } catch (error) {
    if (!(error instanceof CaseError)) throw error
    return { message: error.message, pointer: error.pointer.replace('/metrics/0/analysisConfigurations/canary/', '') }
  }
}

const defaults = {
  direction: 'either',
  nanStrategy: 'remove',
  outlierFactor: null,
  critical: false,
  mustHaveData: false,
  muted: false,
  effect: {
    measure: 'mean-ratio',
    allowedIncrease: 1,
    allowedDecrease: 1,
    criticalIncrease: 1,
    criticalDecrease: 1,
  },
}

describe('what is not given', () => {
  it.each([undefined, null, {}, { other: {} }, { canary: null }, { canary: {} }])('%j means the defaults', config => {
    expect(readSettings(config, [])).toEqual(defaults)
  })

  it.each([5, 'x', true, []])('on a way that ends at %j means the default', value => {
    expect(read({ effectSize: value, outliers: value })).toEqual(defaults)
  })

  it('of limits is one half where ranks are the measure', () => {
    expect(read({ effectSize: { measure: 'cles', allowedIncrease: 0.7 } }).effect).toEqual({
      measure: 'cles',
      allowedIncrease: 0.7,
      allowedDecrease: 0.5,
      criticalIncrease: 0.5,
      criticalDecrease: 0.5,
    })
  })

  it('does not come from what every object has', () => {
    expect(readSettings(Object.create({ canary: { muted: true } }), [])).toEqual(defaults)
  })
})

describe('a word', () => {
  it.each(['increase', 'decrease', 'either'])('of direction may be %s', direction => {
    expect(read({ direction }).direction).toBe(direction)
  })

  it.each(['Increase', 'up', '', 5, true, {}, ['increase']])('that is not known, %j, means the default', value => {
    expect(read({ direction: value, nanStrategy: value, outliers: { strategy: value } })).toEqual(defaults)
    expect(read({ effectSize: { measure: value } })).toEqual(defaults)
  })

  it('that is null is an error', () => {
    expect(problem({ direction: null })).toEqual({
      message: 'direction is null; leave it out, or give a string',
      pointer: 'direction',
    })
    expect(problem({ nanStrategy: null })!.pointer).toBe('nanStrategy')
    expect(problem({ outliers: { strategy: null } })!.pointer).toBe('outliers/strategy')
    expect(problem({ effectSize: { measure: null } })!.pointer).toBe('effectSize/measure')
  })

  it('turns on replacing and removing', () => {
    expect(read({ nanStrategy: 'replace', outliers: { strategy: 'remove' } })).toMatchObject({
      nanStrategy: 'replace',
      outlierFactor: 3,
    })
    expect(read({ outliers: { strategy: 'keep', outlierFactor: 1 } }).outlierFactor).toBeNull()
  })
})

describe.each(['critical', 'mustHaveData', 'muted'] as const)('the flag %s', key => {
  it('is what it says; null is false', () => {
    expect(read({ [key]: true })[key]).toBe(true)
    expect(read({ [key]: false })[key]).toBe(false)
    expect(read({ [key]: null })[key]).toBe(false)
  })

  it.each([
    ['true', '"true"'],
    [1, '1'],
    [[true], 'a list'],
    [{}, 'an object'],
  ])('must not be %j', (value, named) => {
    expect(problem({ [key]: value })).toEqual({ message: `${key} must be true or false, not ${named}`, pointer: key })
  })
})

const limits = ['allowedIncrease', 'allowedDecrease', 'criticalIncrease', 'criticalDecrease'] as const

describe.each(limits)('the limit %s', key => {
  const limit = (value: unknown) => read({ effectSize: { [key]: value } }).effect[key]

  it.each([0, -1, 1.25, 2147483647, -2147483648, 2147483647.5, 1e-9])('may be %d', value => {
    expect(limit(value)).toBe(value)
  })

  it('that is null is 0, not the default', () => {
    expect(limit(null)).toBe(0)
  })

  it('may be large when written as a decimal', () => {
    expect(limit(new Number(1e10))).toBe(1e10)
  })

  it.each([2147483648, -2147483649, 5e9, 1e20, '1.2', true, {}, [1]])('must not be %j', value => {
    expect(problem({ effectSize: { [key]: value } })!.pointer).toBe(`effectSize/${key}`)
  })
})

describe('the outlier factor', () => {
  it.each([0, -1, null])('must not be %j where outliers are removed', outlierFactor => {
    expect(problem({ outliers: { strategy: 'remove', outlierFactor } })).toEqual({
      message: 'outlierFactor must be greater than zero',
      pointer: 'outliers/outlierFactor',
    })
  })

  it('may be anything that is a number where they are kept', () => {
    expect(problem({ outliers: { outlierFactor: 0 } })).toBeNull()
    expect(problem({ outliers: { outlierFactor: '3' } })).toEqual({
      message: 'outlierFactor must be a number, not "3"',
      pointer: 'outliers/outlierFactor',
    })
  })
})

describe('a list on the way', () => {
  it('gives a list, which is no known word and no number', () => {
    expect(read({ outliers: [{ strategy: 'remove' }] }).outlierFactor).toBeNull()
    expect(problem({ effectSize: [{ allowedIncrease: 2 }] })!.message).toBe(
      'allowedIncrease must be a number, not a list',
    )
  })

  it('without the key gives the default', () => {
    expect(read({ effectSize: [{}, 5, null, [[]]], outliers: [] })).toEqual(defaults)
  })
})
