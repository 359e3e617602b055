import { Refused } from '../failures.ts'

/** Which origins a connection may ask; the first is its own. */
export interface Reach {
  name: string
  base: URL
  /** Further origins. */
  hosts: readonly string[]
}

/**
 * The address that is meant: an absolute one of an origin that is allowed, or a path below the base address. Names are
 * compared as the URL standard writes them, so no other spelling of a host gets through.
 */
export function addressOf(reach: Reach, text: string): URL {
  const url = text.startsWith('/') ? below(reach, text) : URL.parse(text)
  if (url === null) throw new Refused(`connection ${reach.name}: "${text}" is neither a path nor an address`)
  return allowed(reach, url)
}

export function redirected(reach: Reach, from: URL, location: string): URL {
  const url = URL.parse(location, from)
  if (url === null) throw new Refused(`connection ${reach.name} was redirected to no address`)
  if (from.protocol === 'https:' && url.protocol !== 'https:')
    throw new Refused(`connection ${reach.name} was redirected from https to ${url.protocol} at ${url.host}`)
  return allowed(reach, url)
}

/** Whether the connection's own headers may go there. */
export function isOwn({ base }: Reach, url: URL): boolean {
  return url.origin === base.origin
}

function below({ name, base }: Reach, path: string): URL | null {
  const root = base.pathname.replace(/\/+$/, '')
  const url = URL.parse(`${base.origin}${root}${path}`)
  // `..` has been worked in by now, in every spelling.
  if (url !== null && root !== '' && !`${url.pathname}/`.startsWith(`${root}/`))
    throw new Refused(`connection ${name}: the path ${path} leads out of ${base.origin}${root}`)
  return url
}

function allowed({ name, base, hosts }: Reach, url: URL): URL {
  if (url.username !== '' || url.password !== '')
    throw new Refused(`connection ${name}: an address with a user name or password in it is not asked`)
  if ([base.origin, ...hosts].includes(url.origin)) return url
  throw new Refused(
    `connection ${name} may not reach ${url.origin}; it may reach ${[base.origin, ...hosts].join(', ')} (add it to "hosts")`,
  )
}
