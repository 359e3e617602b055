import { describe, expect, test } from 'vitest'
import type { TrafficView } from '../../../api/contract/traffic.ts'
import { dotRates, flowsOf, totalRate } from '../../../ui/features/traffic/flows.ts'
import { along, pointsOf } from '../../../ui/features/traffic/places.ts'
import { placeStages } from '../../../ui/graph/layout.ts'

const view = (requests: number, failures = 0): TrafficView => ({
  ...{ target: 'eu', service: 'shop', weights: { stable: 75, canary: 25 }, uncounted: null },
  ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:10.000Z' },
  flows: [
    { role: 'stable', version: '1', ready: 2, counts: { requests: 3 * requests, failures: 0, median: 5, p99: 9 } },
    { role: 'canary', version: '2', ready: 1, counts: { requests, failures, median: 5, p99: 9 } },
    { role: 'previous', version: '0', ready: 1, counts: null },
  ],
})

describe('the flow of requests', () => {
  test('is a rate and a share of failures for each cluster', () => {
    const [stable, canary, previous] = flowsOf(view(100, 5))
    expect(stable).toMatchObject({ weight: 75, measured: { rate: 30, failing: 0 } })
    expect(canary).toMatchObject({ weight: 25, measured: { rate: 10, failing: 0.05 } })
    expect(previous).toMatchObject({ weight: 0, measured: null })
    expect(totalRate(flowsOf(view(100)))).toBe(40)
  })

  test('without requests has no share of failures: nothing is not zero', () => {
    expect(flowsOf(view(0))[1]!.measured!.failing).toBeNull()
  })

  test('is drawn one dot a request, and in proportion when that would be a blur', () => {
    expect(dotRates(flowsOf(view(50)))).toEqual([15, 5, 0])
    const [stable, canary] = dotRates(flowsOf(view(10_000)))
    expect(stable! + canary!).toBeCloseTo(50)
    expect(stable! / canary!).toBeCloseTo(3)
  })

  test('leaves and arrives where its ends are', () => {
    const { router, clusters } = pointsOf(900, 2)
    expect(along(router, clusters[1]!, 0)).toEqual(router)
    expect(along(router, clusters[1]!, 1)).toEqual(clusters[1])
  })
})

test('a stage stands behind what it needs, to the right or below, and an unknown need is left out', () => {
  const stages = [
    { id: 'a', needs: [] },
    { id: 'b', needs: ['a', 'gone'] },
    { id: 'c', needs: ['a'] },
  ]
  for (const [direction, on, across] of [
    ['left-right', 'x', 'y'],
    ['top-down', 'y', 'x'],
  ] as const) {
    const { nodes } = placeStages({ stages, direction })
    expect(nodes.get('b')![on]).toBeGreaterThan(nodes.get('a')![on])
    expect(nodes.get('b')![on]).toBe(nodes.get('c')![on])
    expect(nodes.get('b')![across]).not.toBe(nodes.get('c')![across])
  }
})
