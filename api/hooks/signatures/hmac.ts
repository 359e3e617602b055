import type { HookOf } from '../../../pipeline/schema/configuration/hooks.ts'
import { headerOf } from '../delivery.ts'
import { hashOf, hmac, isRecent, sameBytes, tooOld, type Verify } from './signature.ts'

/** An HMAC in a header of the configuration's choice, over the body or over `TIME.BODY`. */
export const hmacSignature: Verify<HookOf<'hmac'>> = (source, { delivery, keys, now }) => {
  const { header, prefix, algorithm, encoding, timestamp } = source
  const given = headerOf(delivery, header)
  if (given === '') return { id: null, fault: `there is no ${header}` }
  const time = timestamp === undefined ? '' : headerOf(delivery, timestamp)
  const signed = timestamp === undefined ? [delivery.body] : [`${time}.`, delivery.body]
  const good = keys.some(key => sameBytes(given, prefix + hmac(algorithm, key, ...signed).toString(encoding)))
  if (!good) return { id: null, fault: `${header} does not fit` }
  if (timestamp !== undefined && !isRecent(time, now)) return { id: null, fault: tooOld }
  return { id: hashOf(...signed), fault: null }
}
