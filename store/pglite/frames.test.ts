import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as frames from './frames.ts'

test('messages are found again however the stream was cut', () => {
  const sent = [frames.query('select 1'), frames.sync, frames.query('ä'.repeat(300))]
  const stream = Buffer.concat(sent)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), cuts => {
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const got: Buffer[] = []
      let rest = Buffer.alloc(0)
      for (const [index, place] of places.slice(1).entries()) {
        const split = frames.splitFrames(Buffer.concat([rest, stream.subarray(places[index], place)]))
        got.push(...split.messages)
        rest = Buffer.from(split.rest)
      }
      expect(got).toEqual(sent)
      expect(rest).toHaveLength(0)
    }),
  )
})

test('an impossible length is refused at once, not waited for', () => {
  expect(() => frames.splitFrames(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(RangeError)
  expect(() => frames.splitFrames(Buffer.from([0x51, 0, 0, 0, 3]))).toThrow(RangeError)
  expect(() => frames.startupPacket(Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]))).toThrow(RangeError)
})

test('a start-up packet is known by its code, and waited for until it is whole', () => {
  expect(frames.startupPacket(frames.startup)?.code).toBe(3 << 16)
  expect(frames.startupPacket(frames.startup.subarray(0, 20))).toBeNull()
  expect(frames.startupPacket(frames.startup.subarray(0, 5))).toBeNull()
})

test('the text of a statement is read from simple queries and from parsed ones', () => {
  const parse = Buffer.from('P\0\0\0\x17name\0select $1\0\0\0', 'latin1')
  expect(frames.statementOf(frames.query('listen x'))).toBe('listen x')
  expect(frames.statementOf(parse)).toBe('select $1')
  expect(frames.statementOf(frames.sync)).toBeNull()
})

test('an error carries its code', () => {
  expect(frames.errorCode(frames.errorResponse('ERROR', '53100', 'disk full'))).toBe('53100')
  expect(frames.errorCode(frames.sync)).toBeNull()
})

test('rows are read as text, null included', () => {
  const row = Buffer.from([0x44, 0, 0, 0, 17, 0, 2, 0, 0, 0, 3, 97, 98, 99, 0xff, 0xff, 0xff, 0xff])
  expect(frames.rowsOf([frames.sync, row])).toEqual([['abc', null]])
})

test('the state of the transaction is that of the last answer, null while there is none', () => {
  const ready = (status: string) => Buffer.from(`Z\0\0\0\x05${status}`, 'latin1')
  expect(frames.statusAfter([ready('I'), ready('T')])).toBe('T')
  expect(frames.statusAfter([frames.sync])).toBeNull()
})
