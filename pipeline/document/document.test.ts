import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../problem.ts'
import { readDocument } from './read.ts'

function place(text: string, finding: Omit<Finding, 'message'>): string {
  const { document } = readDocument(text, 'a.yaml')
  const { line, column, pointer } = document!.problem({ ...finding, message: '' })
  return `${line}:${column} ${pointer}`
}

const text = `a: 1
b:
  - c: x
    d/e:
  - { f: "g", h: [1, 2] }
empty: {}
`

describe('a place in a document', () => {
  test.each<[string, Omit<Finding, 'message'>, string]>([
    ['of a value', { path: ['a'] }, '1:4 /a'],
    ['of a key', { path: ['a'], atKey: true }, '1:1 /a'],
    ['of a nested value', { path: ['b', 1, 'h', 1] }, '5:22 /b/1/h/1'],
    ['of a list item', { path: ['b', 0] }, '3:5 /b/0'],
    ['of nothing behind a key is the key', { path: ['b', 0, 'd/e'] }, '4:5 /b/0/d~1e'],
    ['of a missing key is the key of its map', { path: ['empty', 'x'] }, '6:1 /empty/x'],
    ['of a missing key in a list item is the item', { path: ['b', 1, 'x'] }, '5:5 /b/1/x'],
    ['of a missing key of the file is its start', { path: ['x'] }, '1:1 /x'],
    ['of what cannot be there at all is the nearest that is', { path: ['a', 'x', 3] }, '1:1 /a/x/3'],
  ])('%s', (_, finding, expected) => {
    expect(place(text, finding)).toBe(expected)
  })

  test.each([
    ['plain', 'v: ab${{ x }}', '1:10'],
    ['in single quotes', "v: 'ab${{ x }}'", '1:11'],
    ['in double quotes', 'v: "ab${{ x }}"', '1:11'],
    ['behind an escape', 'v: "\\x41b${{ x }}"', '1:14'],
    ['behind doubled quotes', "v: '''b${{ x }}'", '1:12'],
    ['in a block', 'v: |-\n  ab${{ x }}', '2:9'],
    ['on a folded line', 'v: >-\n  a\n  ${{ x }}', '3:7'],
  ])('inside a text that is written %s is exact', (_, source, expected) => {
    const { document } = readDocument(source, 'a.yaml')
    const offset = String((document!.value as { v: string }).v).indexOf('x }}')
    expect(place(source, { path: ['v'], offset })).toBe(`${expected} /v`)
  })

  test('knows windows line ends and a byte order mark', () => {
    expect(place('\ufeffa: 1\r\nb: 2\r\n', { path: ['b'] })).toBe('2:4 /b')
  })
})

describe('any plain data', () => {
  test('written as JSON comes back as it was', () => {
    const refused = /__proto__|"<<":/
    const json = fc.jsonValue({ maxDepth: 4 }).filter(value => !refused.test(JSON.stringify(value)))
    fc.assert(
      fc.property(json, value => {
        const { document, problems } = readDocument(JSON.stringify({ value }), 'a.json')
        expect(problems).toEqual([])
        expect(document!.value).toEqual(JSON.parse(JSON.stringify({ value })))
      }),
      { numRuns: 300 },
    )
  })
})
