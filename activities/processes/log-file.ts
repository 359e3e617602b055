import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync, writeFileSync } from 'node:fs'

/**
 * Caps a log that another process appends to: once it is larger than `cap` bytes its end moves to `FILE.1` and it starts
 * anew. The writer keeps its file; a line written while it moves can be lost.
 */
export function rotateLog(file: string, cap: number): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size <= cap) return
  writeFileSync(`${file}.1`, tail(file, cap), { mode: 0o600 })
  truncateSync(file, 0)
}

/** The end of a log: at most `count` lines and 16 KB, without control characters. */
export function lastLines(file: string, count: number): string[] {
  const text = tail(file, 16 * 1024).toString('utf8')
  return text
    .split('\n')
    .map(printable)
    .filter(line => line.trim() !== '')
    .slice(-count)
}

function tail(file: string, bytes: number): Buffer {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return Buffer.alloc(0)
  }
  try {
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, bytes))
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return buffer.subarray(0, read)
  } finally {
    closeSync(descriptor)
  }
}

function printable(line: string): string {
  // Colours first, then whatever else could move a terminal's cursor.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return line.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
}
