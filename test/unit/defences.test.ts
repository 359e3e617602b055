import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage, withDefences } from '../proof/defences/described.ts'
import { mutations } from '../proof/defences/mutations.ts'
import { taken } from '../proof/defences/run.ts'

/** `npm run proof -- defences` takes each one out and sees its test fail; here, that there is something to take out. */

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
const [first = ''] = read('docs/security.md').split('\n## ')
const table = first
  .split('\n')
  .flatMap(line => /^\| (\d+) \|/.exec(line)?.[1] ?? [])
  .map(Number)

test.each(mutations.map(mutation => [mutation.without, mutation] as const))(
  '%s: the defence is there',
  (_, mutation) => {
    const { file, test: held } = mutation
    expect(taken(mutation, read(file))).not.toBe(read(file))
    expect(existsSync(join(import.meta.dirname, '../..', held)), held).toBe(true)
  },
)

test('the page lists all of them; `node test/proof/defences/described.ts` writes it', () => {
  expect(withDefences(readPage())).toBe(readPage())
})

test('every row of the table has a defence that can be taken out', () => {
  expect(table).toEqual(Array.from({ length: 18 }, (_, index) => index + 1))
  expect(table.filter(row => !mutations.some(mutation => mutation.row === row))).toEqual([])
})
