import fc from 'fast-check'
import { expect, it } from 'vitest'
import { knownSecrets } from './known.ts'

const secret = fc.string({ minLength: 8, maxLength: 40 })

it('what is known is found in every spelling that carries it', () => {
  const surroundings = fc.string({ maxLength: 20, unit: fc.constantFrom(...'abz019 =/') })
  fc.assert(
    fc.property(secret, surroundings, surroundings, (text, before, after) => {
      const { hide } = knownSecrets([text])
      const spellings = [
        text,
        JSON.stringify(`${before}${text}${after}`),
        `https://example.org/?q=${encodeURIComponent(text)}`,
        new URLSearchParams({ before, text }).toString(),
      ]
      for (const spelling of spellings) expect(hide(spelling)).toContain('[secret]')
    }),
  )
})

it('base64 hides nothing of it, wherever it stands in what was encoded', () => {
  const { hide } = knownSecrets(['planted-secret-4711'])
  for (const before of ['', 'a', 'ab', 'abc', 'user:'])
    for (const after of ['', '1', '12', ':x'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const hidden = hide(Buffer.from(`${before}planted-secret-4711${after}`).toString(encoding))
        expect(hidden).toContain('[secret]')
        expect(Buffer.from(hidden.replace('[secret]', ''), encoding).toString('latin1')).not.toMatch(/plant|4711/)
      }
})

it('what is learned later is hidden from then on, and a short one could be any word', () => {
  const known = knownSecrets()
  known.add('learned-later')
  known.add('short')
  expect(known.hide('a short text with learned-later in it')).toBe('a short text with [secret] in it')
})
