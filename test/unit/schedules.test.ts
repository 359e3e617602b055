import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runFake } from '../schedules/fake.ts'
import { schedules } from '../schedules/schedule.ts'

test('whatever people do to runs, and whenever: each ends once, on one healthy version, with every undo done once', async () => {
  await fc.assert(
    fc.asyncProperty(schedules(25_000), async schedule => {
      expect(await runFake(schedule)).toEqual([])
    }),
    { numRuns: Number(process.env.SCHEDULES ?? 150), seed: Number(process.env.SEED ?? 11), endOnFailure: false },
  )
}, 600_000)
