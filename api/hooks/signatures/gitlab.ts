import type { HookOf } from '../../../pipeline/schema/configuration/hooks.ts'
import { headerOf } from '../delivery.ts'
import { hashOf, sameBytes, type Verify } from './signature.ts'

/** `X-Gitlab-Token`: the secret itself. */
export const gitlab: Verify<HookOf<'gitlab'>> = (_source, { delivery, keys }) => {
  const given = headerOf(delivery, 'x-gitlab-token')
  if (given === '') return { id: null, fault: 'there is no X-Gitlab-Token; is a secret token set at the sender?' }
  const good = keys.filter(key => sameBytes(given, key)).length > 0
  return good ? { id: hashOf(delivery.body), fault: null } : { id: null, fault: 'X-Gitlab-Token is not the right one' }
}
