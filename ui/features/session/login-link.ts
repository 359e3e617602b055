import { replace } from '../../router/location.ts'

let pending: string | null = null

/** Takes the one-time code out of the address, so that it is neither bookmarked nor shared. Called once, at the start. */
export function readLoginLink(): void {
  const { code, next } = partsOf(window.location.href, window.location.origin)
  if (code === null) return
  pending = code
  replace(next)
}

/** The code of the link this page was opened with; the second caller gets null, since a code works once. */
export function takeLoginCode(): string | null {
  const code = pending
  pending = null
  return code
}

/** The code in a pasted link; any other text is taken for the code itself. */
export function codeIn(text: string): string {
  return partsOf(text, '').code ?? text
}

/** The code of a login link, and the path of this page to go on with; never another address. */
export function partsOf(text: string, origin: string): { code: string | null; next: `/${string}` } {
  const url = URL.parse(text)
  const fragment = new URLSearchParams(url?.hash.slice(1))
  const find = (name: string) => fragment.get(name) ?? url?.searchParams.get(name) ?? null
  return { code: find('code'), next: localPath(find('next'), origin) }
}

/** A path of this page; the list of executions for every other address. */
export function localPath(next: string | null, origin: string): `/${string}` {
  const resolved = next === null ? null : URL.parse(next, origin)
  if (resolved === null || resolved.origin !== origin) return '/'
  return `/${resolved.pathname.replace(/^\/+/, '')}${resolved.search}${resolved.hash}`
}
