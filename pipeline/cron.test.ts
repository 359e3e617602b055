import { expect, test } from 'vitest'
import { cronFault, isTimezone } from './cron.ts'

test.each(['0 9 * * 1-5', '*/15 * * * *', '0 0 1,15 JAN-MAR *', '59 23 31 12 *', '0 8-18/2 * * mon,wed'])(
  '%s is a cron line',
  line => {
    expect(cronFault(line)).toBeNull()
  },
)

test.each([
  ['0 9 * *', 'five fields'],
  ['0 9 * * * *', 'five fields'],
  ['@daily', 'five fields'],
  ['60 9 * * *', 'minute must be 0 to 59'],
  ['0 24 * * *', 'hour must be 0 to 23'],
  ['0 9 0 * *', 'day of month must be 1 to 31'],
  ['0 9 * 13 *', 'month must be 1 to 12'],
  ['0 9 * * 7', 'day of week must be 0 to 6'],
  ['0 9 * * 1-', 'day of week'],
  ['0 9 * * 5-1', 'goes backwards'],
  ['*/0 9 * * *', 'minute must be'],
  ['1--2 9 * * *', 'minute must be'],
  ['x 9 * * *', 'minute must be'],
  ['0 9 1 * 1', 'not both'],
])('%s is none', (line, reason) => {
  expect(cronFault(line)).toContain(reason)
})

test('time zones are those of the IANA database', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'America/New_York']) expect(isTimezone(name)).toBe(true)
  for (const name of ['Berlin', '+02:00', '', 'Europe/Nowhere']) expect(isTimezone(name)).toBe(false)
})
