/** What a program needs to run at all, and nothing that could be a secret. */
const passed = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const

/** The environment every child starts from: never ours, which may hold tokens and connection strings. */
export function cleanEnvironment(from: Readonly<Record<string, string | undefined>> = process.env) {
  const clean: Record<string, string> = {}
  for (const name of passed) {
    const value = from[name]
    if (value !== undefined) clean[name] = value
  }
  return clean
}
