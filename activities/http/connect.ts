import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { Refused } from '../failures.ts'
import type { AddressCheck } from './address.ts'

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>

/** Texts in PEM. */
export interface Tls {
  ca?: string
  cert?: string
  key?: string
  servername?: string
}

interface AgentOptions {
  check: AddressCheck
  resolve: Resolve
  timeout: number
  tls?: Tls
}

export const systemResolve: Resolve = host => systemLookup(host, { all: true })

/**
 * Connections to addresses that pass the check, and to no others. The check is made on the very addresses the socket is
 * then opened to, so a name that answers differently the next time gains nothing. A name with one bad address is bad.
 */
export function guardedAgent({ check, resolve, timeout, tls = {} }: AgentOptions) {
  const connector = buildConnector({ ...tls, lookup: checkedLookup(check, resolve), timeout, allowH2: false })
  return new Agent({
    pipelining: 0,
    keepAliveTimeout: 1_000,
    connect(options, callback) {
      // Sockets look up names only.
      const literal = options.hostname.replace(/^\[|\]$/g, '')
      const reason = isIP(literal) === 0 ? null : check(literal)
      if (reason === null) return connector(options, callback)
      callback(new Refused(reason), null)
    },
  })
}

function checkedLookup(check: AddressCheck, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      addresses => {
        const reasons = addresses.map(({ address }) => check(address)).filter(reason => reason !== null)
        if (reasons.length > 0) return callback(new Refused(`${host}: ${reasons[0]}`), [])
        if (addresses.length === 0) return callback(new Refused(`${host} has no address`), [])
        if (options.all) return callback(null, addresses)
        callback(null, addresses[0]!.address, addresses[0]!.family)
      },
      error => callback(error, []),
    )
  }
}
