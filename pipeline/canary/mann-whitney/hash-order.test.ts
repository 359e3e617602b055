import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupOrder, mapOrder } from './hash-order.ts'

describe('groupOrder', () => {
  // Orders that the original gave; the fixtures of the original's answers hold many more.
  it.each([
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      ['lat', 'err', 'sat'],
      ['lat', 'sat', 'err'],
    ],
    [
      ['d', 'e', 'b', 'a'],
      ['e', 'b', 'd', 'a'],
    ],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      ['e', 'f', 'a', 'b', 'c', 'd'],
    ],
  ])('takes %j to %j', (names, order) => {
    expect(groupOrder(names)).toEqual(order)
  })

  it('turns names of the same hash around, and back when the table has grown', () => {
    const others = ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm']
    const sameHash = (names: string[]) => groupOrder(names).filter(name => name === 'Aa' || name === 'BB')
    expect(sameHash(['Aa', 'BB', ...others.slice(0, 5)])).toEqual(['BB', 'Aa'])
    expect(sameHash(['Aa', 'BB', ...others])).toEqual(['Aa', 'BB'])
  })

  it('neither loses nor adds a name, and forgets the order of the first appearance', () => {
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'z'), maxLength: 4 }), {
      minLength: 5,
      maxLength: 40,
    })
    fc.assert(
      fc.property(names, names => {
        const order = groupOrder(names)
        expect(order.toSorted()).toEqual(names.toSorted())
        expect(groupOrder(names.toReversed())).toEqual(order)
      }),
    )
  })
})

describe('mapOrder', () => {
  it('keeps up to four names as they came', () => {
    expect(mapOrder(['d', 'a', 'c', 'b'])).toEqual(['d', 'a', 'c', 'b'])
  })

  it('sorts more by their hash', () => {
    expect(mapOrder(['f', 'b', 'd', 'a', 'c', 'e'])).toEqual(['e', 'f', 'a', 'b', 'c', 'd'])
  })
})
