import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CaseError } from '../../pipeline/canary/kayenta/case-error.ts'
import { judgeKayentaCase, type KayentaJudgment } from '../../pipeline/canary/kayenta/judge-case.ts'
import { parseCase } from '../../pipeline/canary/kayenta/parse-case.ts'

interface Recorded {
  id: string
  tags: string[]
  input: object
  expected: {
    error: { class: string; message: string } | null
    result: Pick<KayentaJudgment, 'score' | 'groupScores' | 'results'>
    diagnostics: Record<string, unknown>[]
  }
}

/** How many cases each file holds: a lost one must not pass. */
const files = [
  { file: 'cases.jsonl.gz', cases: 459 },
  { file: 'adversarial.jsonl.gz', cases: 600 },
]

describe.each(files)('the original’s answers in $file', ({ file, cases }) => {
  const recorded = read(file)

  it(`are ${cases}`, () => {
    expect(recorded).toHaveLength(cases)
  })

  // Also where it added random noise: with its seed ours draws the same.
  it('are ours', { timeout: 60_000 }, () => {
    const different = recorded.flatMap(each => {
      const why = difference(each)
      return why === null ? [] : [`${each.id} ${each.tags.join(' ')}: ${why}`]
    })
    expect(different).toEqual([])
  })
})

function read(file: string): Recorded[] {
  const path = join(import.meta.dirname, '../fixtures/kayenta', file)
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')
  return lines.map(line => parseCase(line) as Recorded)
}

/** What differs first, or null. Words and scores must be equal, other numbers to within 1e-9. */
function difference({ input, expected }: Recorded): string | null {
  const judgment = judged(input)
  if (judgment instanceof CaseError) {
    return expected.error ? null : `stopped at ${judgment.pointer}: ${judgment.message}`
  }
  if (expected.error) return `did not stop; the original did: ${expected.error.message}`
  const { score, groupScores, results, diagnostics } = JSON.parse(JSON.stringify(judgment)) as KayentaJudgment
  const differences = [
    ...compare('score', { ...score }, { ...expected.result.score }, Object.is),
    ...compare('groups', byName(groupScores), byName(expected.result.groupScores), Object.is),
    ...expected.result.results.flatMap((result, i) => compare(`results ${i}`, results[i], result, near)),
    ...expected.diagnostics.flatMap((diagnostic, i) =>
      compare(`diagnostics ${i}`, renamed(diagnostics[i]!), diagnostic, near),
    ),
    ...compare(
      'lengths',
      [results.length, diagnostics.length],
      [expected.result.results.length, expected.diagnostics.length],
      Object.is,
    ),
  ]
  return differences[0] ?? null
}

function judged(input: object): KayentaJudgment | CaseError {
  try {
    return judgeKayentaCase(input)
  } catch (error) {
    if (error instanceof CaseError) return error
    throw error
  }
}

function byName(groups: KayentaJudgment['groupScores']): object {
  return Object.fromEntries(groups.map(({ name, score }) => [`group ${name}`, score]))
}

function renamed({ lower, upper, ...rest }: KayentaJudgment['diagnostics'][number]): object {
  return { ...rest, lowerConfidence: lower, upperConfidence: upper }
}

/** Not in our answer: sizes (they are in the statistics), the exception's text, words on groups that are always empty. */
const ignored = new Set(['experimentN', 'controlN', 'exception'])

function compare(path: string, ours: unknown, theirs: unknown, same: (a: unknown, b: unknown) => boolean): string[] {
  if (typeof theirs !== 'object' || theirs === null) {
    return same(ours, theirs) ? [] : [`${path} is ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`]
  }
  return Object.entries(theirs).flatMap(([key, value]) =>
    ignored.has(key)
      ? []
      : compare(`${path} ${key}`, (ours as Record<string, unknown> | undefined)?.[key], value, same),
  )
}

function near(ours: unknown, theirs: unknown): boolean {
  if (typeof ours !== 'number' || typeof theirs !== 'number') return Object.is(ours, theirs)
  return ours === theirs || Math.abs(ours - theirs) <= 1e-9 * Math.abs(theirs)
}
