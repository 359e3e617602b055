/** The views and their addresses. The address of a view is part of what stays stable: people share links. */
export const paths = {
  executions: '/executions',
  execution: '/executions/{id}',
  inbox: '/inbox',
  approve: '/approve',
  pipelines: '/pipelines',
  pipeline: '/pipelines/{name}',
  traffic: '/traffic',
  targets: '/targets',
  audit: '/audit',
  login: '/login',
} as const satisfies Record<string, `/${string}`>

export type View = keyof typeof paths

export interface Match {
  view: View
  parameters: Readonly<Record<string, string>>
}

/** Which view an address means; null when there is none. */
export function match(path: string): Match | null {
  const parts = split(path === '/' ? paths.executions : path)
  for (const view of Object.keys(paths) as View[]) {
    const parameters = parametersOf(split(paths[view]), parts)
    if (parameters !== null) return { view, parameters }
  }
  return null
}

export function executionPath(id: string): `/${string}` {
  return `/executions/${encodeURIComponent(id)}`
}

export function pipelinePath(name: string): `/${string}` {
  return `/pipelines/${encodeURIComponent(name)}`
}

/** Null and empty values are left out, so that the shortest URL names the plain view. */
export function withSearch(path: `/${string}`, search: Readonly<Record<string, string | null>>): `/${string}` {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) if (value) query.set(key, value)
  return query.size === 0 ? path : `${path}?${query}`
}

function parametersOf(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null
  const parameters: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const part = decode(parts[index]!)
    if (part === null) return null
    if (expected.startsWith('{')) parameters[expected.slice(1, -1)] = part
    else if (expected !== part) return null
  }
  return parameters
}

function split(path: string): string[] {
  return path.split('/').filter(part => part !== '')
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
