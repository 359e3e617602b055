import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { mutations } from './mutations.ts'

const page = join(resolve(import.meta.dirname, '../../..'), 'docs/security.md')
const begin = '<!-- defences: written by test/proof/defences/described.ts -->'
const end = '<!-- end of defences -->'

/** The page with the table of what `npm run proof -- defences` takes out. */
export function withDefences(text: string): string {
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`docs/security.md has lost its marks: ${begin} … ${end}`)
  const rows = mutations.map(
    ({ row, without, file, test }) => `| ${row === 0 ? 'audit' : row} | ${without} | \`${file}\` | \`${test}\` |`,
  )
  const table = ['| # | without it | taken out of | fails |', '|---|---|---|---|', ...rows].join('\n')
  return `${text.slice(0, before)}${begin}\n${table}\n${text.slice(after)}`
}

export const readPage = () => readFileSync(page, 'utf8')

if (import.meta.main) writeFileSync(page, withDefences(readPage()))
