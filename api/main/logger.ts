import { styleText } from 'node:util'
import pino, { type Logger } from 'pino'

/** Keys whose values never get into a log line, wherever they are in it. */
const secretKeys = /^(authorization|cookie|set-cookie|token|password|secret|api[-_]?key|databaseurl)$/i

export interface LogOptions {
  level: string
  /** Takes out of a line what must not appear in any. */
  hide(text: string): string
  /** Where lines go; a terminal gets them for people, everything else as JSON. */
  output: NodeJS.WritableStream & { isTTY?: boolean }
}

/** One line an event, on standard error: standard output is for data. */
export function createLogger({ level, hide, output }: LogOptions): Logger {
  const render = output.isTTY ? forPeople : (line: string) => line
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause },
    },
    { write: line => void output.write(render(`${withoutSecretKeys(hide(line))}\n`)) },
  )
}

function withoutSecretKeys(line: string): string {
  return JSON.stringify(JSON.parse(line, (key, value) => (secretKeys.test(key) ? '[secret]' : value)))
}

/** What must not be seen of an address: all of it, and its password alone. */
export function secretsOf(databaseUrl: string): string[] {
  const password = URL.parse(databaseUrl)?.password ?? ''
  // Encoded forms are found by themselves; this undoes the encoding of the address.
  const plain = URL.canParse(`x:${password}`)
    ? new URLSearchParams(`p=${password.replaceAll('+', '%2B')}`).get('p')
    : null
  return [databaseUrl, password, plain ?? '']
}

const colours = { trace: 'gray', debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red', fatal: 'red' } as const

function forPeople(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line)
  const clock = new Date(time).toTimeString().slice(0, 8)
  const colour = colours[level as keyof typeof colours] ?? 'cyan'
  const facts = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const why = err === undefined ? [] : [`(${err.message})`]
  const words = [styleText('gray', clock), styleText(colour, level.padEnd(5)), msg, ...why]
  return `${words.join(' ')} ${styleText('gray', facts.join(' '))}`.trimEnd().concat('\n')
}
