import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Line, readLines } from './json-lines.ts'

async function read(chunks: readonly (Buffer | string)[], longest?: number): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of readLines(Readable.from(chunks), longest)) lines.push(line)
  return lines
}

const texts = (lines: readonly Line[]) => lines.map(line => ('text' in line ? line.text : line.problem))

describe('readLines', () => {
  it('gives lines whatever the pieces they come in, an unended last one included', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '日', '"', '\\'), minLength: 1, maxLength: 12 })
    return fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 7 })),
        async (lines, ended, sizes) => {
          const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''))
          const chunks: Buffer[] = []
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? bytes.length
            chunks.push(bytes.subarray(at, at + size))
            at += size
          }
          expect(texts(await read(chunks))).toEqual(lines)
        },
      ),
    )
  })

  it('counts blank lines but does not give them', async () => {
    expect(await read(['\n \n{}\r\n\t\n[]'])).toEqual([
      { number: 3, text: '{}\r' },
      { number: 5, text: '[]' },
    ])
    expect(await read([])).toEqual([])
  })

  it('leaves out a byte order mark', async () => {
    expect(texts(await read(['\uFEFF{}']))).toEqual(['{}'])
  })

  it('says which line is not UTF-8, and reads on', async () => {
    expect(await read([Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), '{}'])).toEqual([
      { number: 1, problem: 'the line is not UTF-8' },
      { number: 2, text: '{}' },
    ])
  })

  it('skips a line that is too long, and reads on', async () => {
    const mega = 1024 * 1024
    const chunks = [
      ...new Array(5).fill('x'.repeat(mega / 2)),
      '\nshort\n',
      'x'.repeat(2 * mega),
      '\n',
      'x'.repeat(2 * mega + 1),
    ]
    expect(texts(await read(chunks, 2 * mega))).toEqual([
      'the line is longer than 2 MB; split the case',
      'short',
      'x'.repeat(2 * mega),
      'the line is longer than 2 MB; split the case',
    ])
  })

  it('does not hold what it skips', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const input = Readable.from(
      (function* () {
        for (let i = 0; i < 300; i++) yield chunk
      })(),
    )
    const before = process.memoryUsage().arrayBuffers
    let problems = 0
    for await (const line of readLines(input, 10 * 1024 * 1024)) problems += 'problem' in line ? 1 : 0
    expect(problems).toBe(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024)
  })

  it('waits with reading while a line is worked on', async () => {
    let produced = 0
    const input = Readable.from(
      (function* () {
        for (; produced < 10_000; produced++) yield `${produced}\n`
      })(),
    )
    for await (const line of readLines(input)) {
      expect(produced - line.number).toBeLessThan(100)
      if (line.number === 500) break
    }
    expect(input.destroyed).toBe(true)
  })
})
