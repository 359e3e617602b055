import { describe, expect, it } from 'vitest'
import type { CompactEvidence, CompactLook } from './compact-evidence.ts'
import { addLook, blockFor, closeBlock, compact, intervalsOf, noEvidence } from './compact-evidence.ts'
import type { MetricConfig, Observation } from './judge.ts'

const errors: MetricConfig = { name: 'errors', kind: 'proportion' }
const cpu: MetricConfig = { name: 'cpu', kind: 'series' }

function seen(metrics: Record<string, [Observation, Observation]>, exposure: [number, number] = [1, 1]): CompactLook {
  const sides = Object.entries(metrics).map(([name, [baseline, canary]]) => {
    return [name, { baseline: compact(baseline), canary: compact(canary) }] as const
  })
  return { metrics: Object.fromEntries(sides), exposure }
}

function all(looks: CompactLook[], block = 1): CompactEvidence {
  return looks.reduce(addLook, noEvidence(block))
}

const share = (bad: number, total: number) => ({ bad, total })

describe('compact evidence', () => {
  it('gives back what was put in', () => {
    const observations: [MetricConfig, Observation][] = [
      [errors, share(1, 10)],
      [cpu, { value: 0.5 }],
      [{ name: 'restarts', kind: 'count' }, { events: 3 }],
      [{ name: 'latency', kind: 'histogram', bounds: [1, 2] }, { counts: [5, 3, 1] }],
      [{ name: 'silent', kind: 'count' }, null],
    ]
    const metrics = observations.map(([metric]) => metric)
    const look = seen(Object.fromEntries(observations.map(([{ name }, seen]) => [name, [seen, seen]])), [4, 2])
    const sides = Object.fromEntries(observations.map(([{ name }, seen]) => [name, seen]))
    expect(intervalsOf(all([look]), metrics)).toEqual([
      { baseline: sides, canary: sides, exposure: { baseline: 4, canary: 2 } },
    ])
  })

  it('knows an error from no data', () => {
    const evidence = all([seen({ errors: [share(0, 5), { error: 'down' }] }), seen({ errors: [share(0, 5), null] })])
    const [failed, empty] = intervalsOf(evidence, [errors])
    expect(failed!.canary.errors).toEqual({ error: 'could not be read' })
    expect(empty!.canary.errors).toBeNull()
  })

  it('adds up the looks of a block, and averages values', () => {
    const looks = [1, 2, 3].map(n => seen({ errors: [share(n, 10), share(0, 10)], cpu: [{ value: n }, { value: 1 }] }))
    const [first, second] = intervalsOf(all(looks, 2), [errors, cpu])
    expect(first).toEqual({
      baseline: { errors: share(3, 20), cpu: { value: 1.5 } },
      canary: { errors: share(0, 20), cpu: { value: 1 } },
      exposure: { baseline: 2, canary: 2 },
    })
    expect(second!.baseline.errors).toEqual(share(3, 10))
  })

  it('never adds one side alone: that would shift the ratio', () => {
    const looks = [
      seen({ errors: [share(1, 10), share(1, 10)] }),
      seen({ errors: [share(9, 10), null] }),
      seen({ errors: [share(1, 10), share(1, 10)] }),
    ]
    const [block] = intervalsOf(all(looks, 3), [errors])
    expect(block!.baseline.errors).toEqual(share(2, 20))
    expect(block!.canary.errors).toEqual(share(2, 20))
  })

  it('still shows a block in which the canary never had data', () => {
    const looks = [1, 2].map(() => seen({ errors: [share(1, 10), null] }))
    const [block] = intervalsOf(all(looks, 2), [errors])
    expect(block!.baseline.errors).toEqual(share(1, 10))
    expect(block!.canary.errors).toBeNull()
  })

  it('begins a new interval when it is told to', () => {
    const look = seen({ errors: [share(1, 10), share(1, 10)] })
    const evidence = addLook(closeBlock(addLook(noEvidence(10), look)), look)
    expect(intervalsOf(evidence, [errors])).toHaveLength(2)
  })

  it('takes in a metric that comes later', () => {
    const evidence = all([seen({ errors: [share(1, 10), share(1, 10)] }), seen({ cpu: [{ value: 1 }, { value: 2 }] })])
    expect(intervalsOf(evidence, [errors, cpu]).map(interval => interval.canary.cpu)).toEqual([null, { value: 2 }])
  })

  it('stays small: a day of looks every 15 s, with three metrics or with forty', () => {
    for (const count of [3, 40]) {
      const metrics = Array.from({ length: count }, (_, i): MetricConfig => ({ name: `m${i}`, kind: 'proportion' }))
      const sides = Object.fromEntries(
        metrics.map(({ name }) => [name, [share(12, 7_500), share(9, 7_498)] as [Observation, Observation]]),
      )
      const look = seen(sides, [7_500, 7_498])
      let evidence = noEvidence(blockFor(5_760, metrics))
      for (let i = 0; i < 5_760; i++) evidence = addLook(evidence, look)
      expect(JSON.stringify(evidence).length).toBeLessThan(60_000)
    }
  })
})
