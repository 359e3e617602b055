import ipaddr from 'ipaddr.js'

/** Answers why an address must not be reached, or null. */
export type AddressCheck = (address: string) => string | null

/** Nothing that is useful lives there, but the metadata services of clouds do. */
const never: ReadonlySet<string> = new Set(['linkLocal', 'multicast', 'unspecified', 'broadcast'])

/**
 * Public addresses, and the networks that are named. Whatever holds another address inside (mapped, NAT64, 6to4, Teredo) is
 * judged as what it is or refused, never as public.
 */
export function addressCheck(networks: readonly string[]): AddressCheck {
  const allowed = networks.map(network => ipaddr.parseCIDR(network))
  return text => {
    if (!ipaddr.isValid(text)) return `${text} is no address`
    const address = ipaddr.process(text)
    const range = address.range()
    if (range === 'unicast') return null
    if (never.has(range)) return `${text} is ${range} and never reached`
    const named = allowed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))
    return named ? null : `${text} is ${range}; a connection must name its network in "addresses" to reach it`
  }
}
