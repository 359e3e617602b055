import { expect, test } from 'vitest'
import { jsonColumn } from './json-column.ts'

test('JSON that PostgreSQL takes is left as it is', () => {
  const value = { text: 'ä "quoted" \\u0000 \n 😀', list: [1, -0.5, null, true] }
  expect(jsonColumn(value)).toBe(JSON.stringify(value))
})

test('NUL and half surrogate pairs become replacement characters, in keys too', () => {
  expect(JSON.parse(jsonColumn({ 'a\0': 'x\0y', b: '\ud800!', c: '\\\0' }))).toEqual({
    'a\uFFFD': 'x\uFFFDy',
    b: '\uFFFD!',
    c: '\\\uFFFD',
  })
})
