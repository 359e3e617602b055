/** Which files of a repository are pipelines. */
export interface PathPattern {
  /** The folder that all of them are in; empty for the root. */
  folder: string
  matches(path: string): boolean
}

/** A folder means its own `.yaml` and `.yml` files; else `*` and `?` stay within a name, `**` goes over folders. */
export function pathPattern(text: string): PathPattern {
  const plain = text.replace(/^\.\/?/, '').replace(/\/+$/, '')
  if (!/[*?]/.test(plain) && !/\.ya?ml$/.test(plain)) {
    const inside = plain === '' ? '' : `${plain}/`
    const direct = new RegExp(`^${escaped(inside)}[^/.][^/]*\\.ya?ml$`)
    return { folder: plain, matches: path => direct.test(path) }
  }
  const whole = new RegExp(
    `^${plain
      .split(/(\*\*\/|\*\*|\*|\?)/)
      .map(toRegExp)
      .join('')}$`,
  )
  const fixed = plain.split(/[*?]/, 1)[0]!
  return {
    folder: fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) : '',
    matches: path => /\.ya?ml$/.test(path) && whole.test(path),
  }
}

function toRegExp(part: string): string {
  if (part === '**/') return '(?:[^/]+/)*'
  if (part === '**') return '.*'
  if (part === '*') return '[^/]*'
  return part === '?' ? '[^/]' : escaped(part)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
