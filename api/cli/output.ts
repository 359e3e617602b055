import type { Writable } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'
import { Option } from 'commander'
import { stringify } from 'yaml'
import type { Io } from './io.ts'

/** Data, for whoever reads it next. */
export function print(io: Io, text: string): void {
  io.stdout.write(`${text}\n`)
}

export const outputFormats = ['text', 'json', 'yaml'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** `-o`, the same on every command that has data. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(outputFormats).default('text')
}

/** Data for programs; both forms say the same. */
export function printData(io: Io, format: Exclude<OutputFormat, 'text'>, value: unknown): void {
  const json = JSON.stringify(value, null, 2)
  // Through JSON, so that what is not there is left out alike; readers of YAML 1.1 get no `no` for false.
  print(io, format === 'json' ? json : stringify(JSON.parse(json), yamlStyle).trimEnd())
}

const yamlStyle = { compat: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const

/** A message, for the person at the keyboard. */
export function note(io: Io, text: string): void {
  io.stderr.write(`${text}\n`)
}

type Format = Parameters<typeof styleText>[0]

/** Colours only where they are seen and wanted (a terminal, and no `NO_COLOR`). */
export function paint(io: Io, stream: Writable & { isTTY?: boolean }, format: Format, text: string): string {
  const wanted = stream.isTTY === true && !io.env.NO_COLOR && io.env.TERM !== 'dumb'
  return wanted ? styleText(format, text, { validateStream: false }) : text
}

/** Columns as wide as they have to be; the last one is not padded. Text of others cannot move the cursor. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map(row => row.map(safe))
  const widths = header.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return cells.map(line).join('\n')
}

/** One line without anything that a terminal would obey. */
export function safe(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ')
}
