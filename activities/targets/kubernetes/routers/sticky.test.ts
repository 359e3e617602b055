import { expect, it } from 'vitest'
import { cookiePattern, isSticky, setCookie } from './sticky.ts'

const cookie = 'met=canary-1a2b3c4d'

it('a client is known by the cookie it was given, among others and by no other', () => {
  const pattern = new RegExp(cookiePattern(cookie))
  for (const header of [cookie, `a=b; ${cookie}`, `${cookie}; a=b`, `a=b; ${cookie}; c=d`])
    expect(pattern.test(header)).toBe(true)
  for (const header of ['met=canary-1a2b3c4e', `un${cookie}`, `${cookie}f`, `a=${cookie}`, ''])
    expect(pattern.test(header)).toBe(false)
})

it('what was written for a cookie is known again, whatever it was called then', () => {
  expect([isSticky(cookiePattern(cookie)), isSticky(setCookie(cookie))]).toEqual([true, true])
  expect([isSticky('^beta=1$'), isSticky('session=1; Path=/'), isSticky(undefined)]).toEqual([false, false, false])
})
