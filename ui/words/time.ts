/** How long something took, with two units at most: `48s`, `2m 10s`, `1h 04m`, `3d 2h`. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  if (!Number.isFinite(seconds)) return '–'
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (days > 0) return `${days}d ${hours % 24}h`
  if (hours > 0) return `${hours}h ${two(minutes % 60)}m`
  if (minutes > 0) return `${minutes}m ${two(seconds % 60)}s`
  return `${seconds}s`
}

/** How long ago, in one unit: `just now`, `40 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function ago(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000)
  if (!(seconds >= 5)) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** `14:03:22`, in the reader's time zone. */
export function clock(at: string | number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** `2026-03-01 14:03:22`, in the reader's time zone: for what must be put in order with other logs. */
export function stamp(at: string | number): string {
  return new Date(at).toLocaleString('sv-SE')
}

/** Date, time and zone, for tooltips: nobody should have to guess the zone. */
export function exactly(at: string | number): string {
  return new Date(at).toLocaleString('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'long',
  })
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
