import { beforeEach, expect, test } from 'vitest'
import { createPace, type Pace } from './pace.ts'

const never = new AbortController().signal
let pace: Pace
let begun: string[]
let told: string[]

/** A rollout that is at work from when it begins until it is told to end. */
function rollout(name: string, signal = never) {
  let end = () => {}
  const act = () => {
    begun.push(name)
    return new Promise<void>(resolve => {
      end = resolve
    })
  }
  const done = pace.work(act, { signal, waits: before => void told.push(`${name} after ${before}`) })
  done.catch(() => {})
  return { done, end: () => end() }
}

const turn = () => new Promise(resolve => setTimeout(resolve, 30))

beforeEach(() => {
  pace = createPace({ few: 2, behind: 10, longest: 60_000, apart: 5 })
  begun = []
  told = []
})

test('a few begin at once, however far behind the cluster is', async () => {
  pace.written()
  await turn()
  rollout('a')
  rollout('b')
  await turn()
  expect(begun).toEqual(['a', 'b'])
})

test('beside many, rollouts begin one after the other while what is written is noticed soon', async () => {
  for (const name of ['a', 'b', 'c', 'd']) rollout(name)
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd'])
})

test('while the cluster is behind, those that have begun go first, and the others in the order they came', async () => {
  const change = pace.written()
  await turn()
  const [a] = ['a', 'b', 'c', 'd'].map(name => rollout(name))
  await turn()
  expect(begun).toEqual(['a', 'b'])
  expect(told).toEqual(['c after 0', 'd after 1'])
  a!.end()
  await expect.poll(() => begun).toEqual(['a', 'b', 'c'])
  await turn()
  expect(begun).toHaveLength(3)
  change.over()
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd'])
})

test('what was noticed late is remembered, until changes are noticed soon again', async () => {
  const late = pace.written()
  await new Promise(resolve => setTimeout(resolve, 80))
  late.noticed()
  for (const name of ['a', 'b', 'c']) rollout(name)
  await turn()
  expect(begun).toEqual(['a', 'b'])
  for (let changes = 0; changes < 20; changes++) pace.written().noticed()
  await expect.poll(() => begun).toEqual(['a', 'b', 'c'])
})

test('whoever is stopped while it waits leaves the line to the next', async () => {
  pace.written()
  await turn()
  const [a] = [rollout('a'), rollout('b')]
  const stop = new AbortController()
  const c = rollout('c', stop.signal)
  rollout('d')
  await turn()
  stop.abort()
  await expect(c.done).rejects.toThrow('aborted')
  a.end()
  await expect.poll(() => begun).toEqual(['a', 'b', 'd'])
})

test('what goes on never waits', async () => {
  pace = createPace({ few: 0, behind: 0, longest: 60_000, apart: 5 })
  expect(await pace.work(async () => 'done', null)).toBe('done')
})

test('nobody waits for ever', async () => {
  pace = createPace({ few: 0, behind: 0, longest: 40, apart: 5 })
  rollout('a')
  rollout('b')
  await expect.poll(() => begun).toEqual(['a', 'b'])
})
