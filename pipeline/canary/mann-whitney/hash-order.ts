/**
 * The order in which the original adds up groups: that of Scala 2.12's hash maps. Floating-point sums depend on their
 * order, and half a cent may hang on the last bit (weights such as 24.1 do come to x.xx5), so the order is part of the
 * answer. Checked against every group order in `test/fixtures/kayenta`.
 */

/** Names in order of first appearance → the order of `groupBy`: up to four as in a mutable hash table of 16 buckets. */
export function groupOrder(names: readonly string[]): string[] {
  if (names.length > 4) return trieOrder(chainOrder(names))
  // Buckets are walked from the last to the first, each from the newest entry to the oldest.
  return names.toReversed().sort((a, b) => bucket(b) - bucket(a))
}

/** Names in order of insertion → the order of an immutable map: up to four as inserted, more in a trie. */
export function mapOrder(names: readonly string[]): string[] {
  return names.length > 4 ? trieOrder(names.toReversed()) : [...names]
}

/** Order of names with one and the same hash ("Aa" and "BB"): newest first, turned around whenever the table doubles. */
function chainOrder(names: readonly string[]): string[] {
  const chain: string[] = []
  let threshold = 12
  for (const name of names) {
    chain.unshift(name)
    if (chain.length <= threshold) continue
    chain.reverse()
    threshold *= 2
  }
  return chain
}

/** Depth first through a trie that branches on five bits of the hash at a time, lowest first. */
function trieOrder(names: readonly string[]): string[] {
  const paths = new Map(names.map(name => [name, triePath(name)]))
  return names.toSorted((a, b) => {
    const left = paths.get(a)!
    const right = paths.get(b)!
    const level = left.findIndex((digit, i) => digit !== right[i])
    return level < 0 ? 0 : left[level]! - right[level]!
  })
}

function triePath(name: string): number[] {
  let h = stringHash(name)
  h = (h + ~(h << 9)) | 0
  h ^= h >>> 14
  h = (h + (h << 4)) | 0
  h ^= h >>> 10
  return [0, 5, 10, 15, 20, 25, 30].map(shift => (h >>> shift) & 31)
}

function bucket(name: string): number {
  const spread = Math.imul(swapBytes(Math.imul(stringHash(name), 0x9e3775cd)), 0x9e3775cd)
  // Rotated right by the number of ones in 15, then the upper four bits.
  return ((spread >>> 4) | (spread << 28)) >>> 28
}

function swapBytes(v: number): number {
  return ((v & 0xff) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)
}

/** `java.lang.String.hashCode`. */
function stringHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
