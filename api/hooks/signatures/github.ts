import type { HookOf } from '../../../pipeline/schema/configuration/hooks.ts'
import { headerOf } from '../delivery.ts'
import { hashOf, hmac, sameBytes, type Verify } from './signature.ts'

/** `X-Hub-Signature-256: sha256=HEX` over the body. The id in `X-GitHub-Delivery` is not signed, so it is not used. */
export const github: Verify<HookOf<'github'>> = (_source, { delivery, keys }) => {
  const given = headerOf(delivery, 'x-hub-signature-256')
  if (given === '') return { id: null, fault: 'there is no X-Hub-Signature-256; is a secret set at the sender?' }
  const good = keys.some(key => sameBytes(given, `sha256=${hmac('sha256', key, delivery.body).toString('hex')}`))
  return good ? { id: hashOf(delivery.body), fault: null } : { id: null, fault: 'X-Hub-Signature-256 does not fit' }
}
