import type { Readable } from 'node:stream'

/** A line of text, or why it is none. Lines are counted from 1; blank ones are counted but not given. */
export type Line = { number: number; text: string } | { number: number; problem: string }

/** Longer lines are skipped: at most this much of the input is ever held in memory. */
export const longestLine = 64 * 1024 * 1024

const newline = 10

/**
 * Reads lines of UTF-8 from a stream of any length, one at a time; the stream waits while a line is worked on. A line
 * that is too long or not UTF-8 is a problem of its own, and the next one is read as if nothing had been.
 */
export async function* readLines(input: Readable, longest = longestLine): AsyncGenerator<Line> {
  let number = 1
  let parts: Buffer[] = []
  let size = 0

  function take(part: Buffer): void {
    size += part.length
    // What is too long already need not be kept to say so.
    if (size > longest) parts = []
    else parts.push(part)
  }

  function finish(): Line | null {
    const line = size > longest ? tooLong(number, longest) : decoded(number, Buffer.concat(parts))
    number += 1
    parts = []
    size = 0
    return line
  }

  for await (const piece of input) {
    const chunk: Buffer = typeof piece === 'string' ? Buffer.from(piece) : piece
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      take(chunk.subarray(start, end))
      start = end + 1
      const line = finish()
      if (line !== null) yield line
    }
    take(chunk.subarray(start))
  }
  const rest = finish()
  if (rest !== null) yield rest
}

function tooLong(number: number, longest: number): Line {
  const megabytes = Number((longest / 1024 / 1024).toPrecision(3))
  return { number, problem: `the line is longer than ${megabytes} MB; split the case` }
}

/** Null for a blank line. A byte order mark, as some editors put first, is no part of the text. */
function decoded(number: number, bytes: Buffer): Line | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.trim() === '' ? null : { number, text }
  } catch {
    return { number, problem: 'the line is not UTF-8' }
  }
}
