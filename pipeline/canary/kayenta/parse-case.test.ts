import { describe, expect, it } from 'vitest'
import { parseCase } from './parse-case.ts'

describe('parseCase', () => {
  it('is JSON.parse for nearly everything', () => {
    const text = '{"a":[1,-0.5,1e3,"-0.0x",null,true],"allowedIncrease":1.5,"createdTimestamp":1531234567890}'
    expect(parseCase(text)).toEqual(JSON.parse(text))
    expect(() => parseCase('{"a":')).toThrow(SyntaxError)
  })

  it('keeps apart a limit written as a decimal from one written as a whole number', () => {
    expect(parseCase('{"allowedIncrease": 1e10}')).toEqual({ allowedIncrease: new Number(1e10) })
    expect(parseCase('{"outlierFactor":5000000000.0}')).toEqual({ outlierFactor: new Number(5e9) })
    expect(parseCase('{"criticalDecrease":-9999999999.5}')).toEqual({ criticalDecrease: new Number(-9999999999.5) })
    expect(parseCase('{"allowedIncrease": 5000000000, "x": 1e10}')).toEqual({ allowedIncrease: 5e9, x: 1e10 })
  })

  it('takes the whole number −0 for 0, and leaves the decimal −0.0', () => {
    expect(parseCase('[-0, -0.0, -0e0, "-0"]')).toEqual([0, -0, -0, '-0'])
    expect(parseCase('{"a": -0}')).toEqual({ a: 0 })
    expect(parseCase('{"id":"m-0","values":[1,-0 ]}')).toEqual({ id: 'm-0', values: [1, 0] })
  })
})
