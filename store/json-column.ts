/**
 * JSON text that PostgreSQL takes. Text there can hold neither NUL nor half a surrogate pair, but a stage's output
 * may; each becomes U+FFFD, because a batch that is refused for ever would keep its run open for ever.
 */
export function jsonColumn(value: unknown): string {
  return JSON.stringify(value).replace(escapes, (whole, escaped: string) =>
    unstorable.test(escaped) ? '\uFFFD' : whole,
  )
}

/** Every escape as one match, so that an escaped backslash before `u0000` is not taken for one. */
const escapes = /\\(u[0-9a-f]{4}|.)/g
const unstorable = /^u(0000|d[89a-f]..)$/
