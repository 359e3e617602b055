import { randomBytes } from 'node:crypto'
import type { Payload } from '@temporalio/common'
import { defaultPayloadConverter } from '@temporalio/common'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createEncryption } from './encryption.ts'

const one = { id: 'one', key: randomBytes(32) }
const two = { id: 'two', key: randomBytes(32) }
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value)
const plain = (payload: Payload) => defaultPayloadConverter.fromPayload(payload)

it('what was encrypted comes back, and shows nothing meanwhile', async () => {
  const { encode, decode } = createEncryption([one])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async values => {
      const sealed = await encode(values.map(payloadOf))
      // As text: JSON has no negative zero.
      expect(JSON.stringify((await decode(sealed)).map(plain))).toBe(JSON.stringify(values))
    }),
  )
  const [sealed] = await encode([payloadOf('the secret of the shop')])
  expect(Buffer.from(sealed!.data!).toString('latin1')).not.toContain('secret')
  expect(Object.keys(sealed!.metadata!)).toEqual(['encoding', 'slipway-key'])
})

it('the same value looks different every time', async () => {
  const [a, b] = await createEncryption([one]).encode([payloadOf('same'), payloadOf('same')])
  expect(Buffer.compare(Buffer.from(a!.data!), Buffer.from(b!.data!))).not.toBe(0)
})

it('keys are rotated: the first encrypts, all decrypt, one that is gone is named', async () => {
  const old = await createEncryption([one]).encode([payloadOf(1)])
  const both = createEncryption([two, one])
  expect(plain((await both.decode(old))[0]!)).toBe(1)
  const fresh = await both.encode([payloadOf(2)])
  expect(plain((await createEncryption([two]).decode(fresh))[0]!)).toBe(2)
  await expect(createEncryption([two]).decode(old)).rejects.toThrow('key "one", which is not configured')
})

it('what is plain, cut, changed or renamed is refused', async () => {
  const { encode, decode } = createEncryption([one, { ...two, key: one.key }])
  await expect(decode([payloadOf('plain')])).rejects.toThrow('not encrypted')
  const [sealed] = await encode([payloadOf('whole')])
  const data = Buffer.from(sealed!.data!)
  for (let at = 0; at < data.length; at += 1) {
    const changed = Buffer.from(data)
    changed[at]! ^= 1
    await expect(decode([{ ...sealed, data: changed }])).rejects.toThrow('was changed')
    await expect(decode([{ ...sealed, data: data.subarray(0, at) }])).rejects.toThrow(/was changed|too short/)
  }
  // The very key under another name: the name is part of what is sealed.
  const renamed = { ...sealed!.metadata, 'slipway-key': Buffer.from('two') }
  await expect(decode([{ ...sealed, metadata: renamed }])).rejects.toThrow('was changed')
})

it('a key of another length is refused at once', () => {
  expect(() => createEncryption([{ id: 'short', key: randomBytes(16) }])).toThrow('short has 16 bytes')
})
