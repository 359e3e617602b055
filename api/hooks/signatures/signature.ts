import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RawDelivery } from '../delivery.ts'

export interface Proof {
  delivery: RawDelivery
  /** The keys that are valid now: the newest first. */
  keys: readonly string[]
  /** Epoch milliseconds. */
  now: number
}

/**
 * What a delivery is known by: two with the same one are the same. It is made of what the signature covers, because the
 * rest can be changed by whoever sends a copy.
 */
export type Verified = { id: string; fault: null } | { id: null; fault: string }

/** Checks that a delivery comes from who has the key, and is not too old where that can be told. */
export type Verify<S> = (source: S, proof: Proof) => Verified

/** How far the sender's clock may be off, and how late a delivery may be, in milliseconds. */
export const tolerance = 5 * 60_000

export function hmac(algorithm: string, key: string | Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac(algorithm, key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** In time that does not depend on where, or in length, they differ. */
export function sameBytes(a: Buffer | string, b: Buffer | string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

export function hashOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}

/** Whether Unix seconds, as text, are near enough to now. */
export function isRecent(seconds: string, now: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1_000 - now) <= tolerance
}

export const tooOld = 'the time it was signed at is more than 5 minutes off; is the clock of the sender right?'

function digest(value: Buffer | string): Buffer {
  return createHash('sha256').update(value).digest()
}
