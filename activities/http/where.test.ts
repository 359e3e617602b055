import { expect, it } from 'vitest'
import { redirected } from './where.ts'

const reach = { name: 'ci', base: new URL('https://ci.example/api'), hosts: ['http://ci.example'] }

it('a redirect never leaves https, not even to an origin that is allowed', () => {
  const from = new URL('https://ci.example/api')
  expect(redirected(reach, from, '/there').href).toBe('https://ci.example/there')
  expect(() => redirected(reach, from, 'http://ci.example/there')).toThrow('redirected from https to http:')
})
