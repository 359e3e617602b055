import { replace } from '../../router/location.ts'

let pending: string | null = null

/** Takes the one-time code out of the address, so that it is neither bookmarked nor shared. Called once, at the start. */
export function readLoginLink(): void {
  const { code, next } = partsOf(window.location.href)
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
  return partsOf(text).code ?? text
}

function partsOf(text: string): { code: string | null; next: string } {
  const url = URL.parse(text)
  const fragment = new URLSearchParams(url?.hash.slice(1))
  const find = (name: string) => fragment.get(name) ?? url?.searchParams.get(name) ?? null
  return { code: find('code'), next: localPath(find('next')) }
}

/** Only a path of this page: a link must not lead elsewhere after the sign-in. */
function localPath(next: string | null): `/${string}` {
  const resolved = next === null ? null : URL.parse(next, window.location.origin)
  if (resolved === null || resolved.origin !== window.location.origin) return '/'
  return `/${resolved.pathname.replace(/^\/+/, '')}${resolved.search}`
}
