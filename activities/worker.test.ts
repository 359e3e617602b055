import { expect, it } from 'vitest'
import { keptWorkflows } from './worker.ts'

it('a worker keeps as many workflows as a tenth of its memory takes, within reason', () => {
  expect([0.5, 2, 3, 24].map(gibibytes => keptWorkflows(gibibytes * 2 ** 30))).toEqual([100, 286, 429, 480])
})
