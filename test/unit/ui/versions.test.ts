import { expect, test } from 'vitest'
import { spansOf } from '../../../ui/features/pipelines/simulation/spans.ts'
import { versionsOf } from '../../../ui/features/pipelines/versions/versions.ts'

const run = (id: string, definitionHash: string) => ({
  ...{ id, definitionHash, revision: `r-${definitionHash}`, createdAt: `2026-01-0${id}T00:00:00.000Z` },
})

test('versions are what has run and what is in force, each with its newest run', () => {
  const runs = [run('3', 'b'), run('2', 'a'), run('1', 'b')]
  const [b, a] = versionsOf(runs, { hash: 'a', revision: 'r-a' })
  expect(b).toMatchObject({ hash: 'b', execution: '3', runs: 2, inForce: false })
  expect(a).toMatchObject({ hash: 'a', execution: '2', runs: 1, inForce: true })
  const [newest] = versionsOf(runs, { hash: 'c', revision: 'r-c' })
  expect(newest).toEqual({ hash: 'c', revision: 'r-c', execution: null, runs: 0, at: null, inForce: true })
  expect(versionsOf(runs, null)).toHaveLength(2)
})

test('the spans of a stage end with its next status, or with the run', () => {
  const change = (at: number, stage: string | null, status: 'running' | 'waiting' | 'succeeded' | null) => ({
    ...{ at, stage, status, what: '' },
  })
  const timeline = [
    change(0, 'ask', 'waiting'),
    change(5, 'ask', null),
    change(10, 'ask', 'running'),
    change(15, 'ask', 'succeeded'),
    change(15, 'roll', 'running'),
    change(40, null, null),
  ]
  expect(spansOf({ timeline, duration: 40 })).toEqual([
    {
      stage: 'ask',
      end: 'succeeded',
      spans: [
        { status: 'waiting', from: 0, to: 10 },
        { status: 'running', from: 10, to: 15 },
      ],
    },
    { stage: 'roll', end: 'running', spans: [{ status: 'running', from: 15, to: 40 }] },
  ])
})
