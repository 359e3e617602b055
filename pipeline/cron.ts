/** What one field of a cron line can be. */
interface Field {
  name: string
  from: number
  to: number
  words?: readonly string[]
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 6, words: days },
]

/** What is wrong with a cron line of five fields; null when nothing is. */
export function cronFault(line: string): string | null {
  const parts = line.trim().split(/\s+/)
  if (parts.length !== fields.length)
    return `a cron line has five fields (minute, hour, day of month, month, day of week), not ${parts.length}`
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index]!, field)
    if (fault !== null) return fault
  }
  // Some crons start at either, some only where both hold; nobody should have to know which.
  if (parts[2] !== '*' && parts[4] !== '*') return 'give a day of month or a day of week, not both'
  return null
}

function fieldFault(text: string, field: Field): string | null {
  for (const item of text.split(',')) {
    const [, range = '', step] = /^([^/]*)(?:\/(\d+))?$/.exec(item) ?? []
    const ends = range === '*' ? [field.from, field.to] : range.split('-').map(word => numberOf(word, field))
    const [first, last = first] = ends
    const good = ends.length <= 2 && first !== undefined && last !== undefined && !ends.includes(Number.NaN)
    const told = `${field.name} must be ${field.from} to ${field.to}, a list, a range or a step, not "${text}"`
    if (!good || (step !== undefined && !(Number(step) >= 1))) return told
    if (!(first >= field.from && last <= field.to)) return told
    if (!(first <= last)) return `${field.name}: the range ${range} goes backwards`
  }
  return null
}

function numberOf(word: string, { from, words }: Field): number {
  const index = words?.indexOf(word.toUpperCase()) ?? -1
  if (index >= 0) return from + index
  return /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN
}

/** Whether this is a time zone of the IANA database. */
export function isTimezone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}
