import { describe, expect, it } from 'vitest'
import { activityNames, activityOptions } from './activity-options.ts'

describe('the options of an activity', () => {
  it.each(activityNames)('let a worker that was killed during %s be missed within 15 s', name => {
    const { startToCloseTimeout, heartbeatTimeout = Number.POSITIVE_INFINITY } = activityOptions(name, 1_000)
    expect(Math.min(Number(startToCloseTimeout), Number(heartbeatTimeout))).toBeLessThanOrEqual(15_000)
  })
})
