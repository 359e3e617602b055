import type { HookOf } from '../../../pipeline/schema/configuration/hooks.ts'
import { headerOf } from '../delivery.ts'
import { hashOf, hmac, isRecent, sameBytes, tooOld, type Verify } from './signature.ts'

/** https://github.com/standard-webhooks: `v1,BASE64` over `ID.TIME.BODY`; several signatures, separated by spaces. */
export const standard: Verify<HookOf<'standard'>> = (_source, { delivery, keys, now }) => {
  const id = headerOf(delivery, 'webhook-id')
  const time = headerOf(delivery, 'webhook-timestamp')
  const given = headerOf(delivery, 'webhook-signature').split(' ')
  if (id === '' || time === '' || given[0] === '')
    return { id: null, fault: 'webhook-id, webhook-timestamp and webhook-signature must be there' }
  const expected = keys.map(key => hmac('sha256', bytesOf(key), `${id}.${time}.`, delivery.body).toString('base64'))
  const good = given.slice(0, 10).some(one => expected.some(each => sameBytes(one, `v1,${each}`)))
  if (!good) return { id: null, fault: 'webhook-signature does not fit' }
  if (!isRecent(time, now)) return { id: null, fault: tooOld }
  return { id: hashOf('standard:', id), fault: null }
}

function bytesOf(key: string): Buffer {
  return Buffer.from(key.replace(/^whsec_/, ''), 'base64')
}
