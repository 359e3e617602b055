/**
 * How values are written into the queries of each metrics system. Every dialect makes the same promise: whatever a
 * version or a name holds, it stays one value and cannot change what the query means.
 */
export interface Dialect {
  /** What a selector's label must equal, all of them at once. */
  selector(labels: readonly (readonly [string, string])[]): string
  /** The inside of a text, or a part of a path, as this language has it. */
  text(value: string): string
  /** A length of time in milliseconds. */
  window(milliseconds: number): string
  /** A moment in epoch milliseconds. */
  instant(milliseconds: number): string
}

const wholeSeconds = (milliseconds: number) => String(Math.max(1, Math.round(milliseconds / 1_000)))

/** Whole milliseconds, in the largest unit that fits. */
const shortest = (milliseconds: number) =>
  milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`

/** Where a language has no escape that all its versions agree on: what is not plain becomes `_`, and matches nothing. */
const plain = (value: string) => value.replace(/[^\p{L}\p{N}_.:/@+-]/gu, '_')

/** The inside of a quoted PromQL text, whichever of the three quotes is around it. */
function escapedText(text: string): string {
  return text
    .replace(/[\\"'`]/g, character => `\\x${character.charCodeAt(0).toString(16)}`)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** In a language of words on a stack, one that begins with a colon would be a command. */
const word = (value: string) => plain(value).replaceAll(':', '_')

const joined =
  (separator: string, write: (label: string, value: string) => string): Dialect['selector'] =>
  labels =>
    labels.map(([label, value]) => write(label, value)).join(separator)

export const dialects = {
  promql: {
    selector: joined(',', (label, value) => `${label}="${escapedText(value)}"`),
    text: escapedText,
    window: shortest,
    instant: at => String(at / 1_000),
  },
  /** Inside of `seriesByTag(…)`; values also stand in paths, where a dot would begin a new part. */
  graphite: {
    selector: joined(', ', (label, value) => `'${label}=${plain(value)}'`),
    text: value => plain(value).replaceAll('.', '_'),
    window: milliseconds => `${wholeSeconds(milliseconds)}s`,
    instant: at => String(Math.floor(at / 1_000)),
  },
  influxql: {
    selector: joined(' AND ', (label, value) => `"${label}" = '${plain(value)}'`),
    text: plain,
    window: shortest,
    instant: at => `${at}ms`,
  },
  datadog: {
    selector: joined(',', (label, value) => `${label}:${plain(value)}`),
    text: plain,
    window: wholeSeconds,
    instant: at => String(Math.floor(at / 1_000)),
  },
  nrql: {
    selector: joined(' AND ', (label, value) => `\`${label}\` = '${plain(value)}'`),
    text: plain,
    window: milliseconds => `${wholeSeconds(milliseconds)} seconds`,
    instant: String,
  },
  cloudwatch: {
    selector: joined(' AND ', (label, value) => `"${label}" = '${plain(value)}'`),
    text: plain,
    window: wholeSeconds,
    instant: at => String(Math.floor(at / 1_000)),
  },
  atlas: {
    selector: labels =>
      labels.map(([label, value], index) => `${label},${word(value)},:eq${index === 0 ? '' : ',:and'}`).join(','),
    text: word,
    window: milliseconds => `PT${wholeSeconds(milliseconds)}S`,
    instant: String,
  },
  /** Parts of an address. */
  url: {
    selector: joined('&', (label, value) => `${label}=${encodeURIComponent(value.toWellFormed())}`),
    text: value => encodeURIComponent(value.toWellFormed()),
    window: wholeSeconds,
    instant: String,
  },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof dialects
