import type { HookOf } from '../../../pipeline/schema/configuration/hooks.ts'
import { headerOf } from '../delivery.ts'
import { hashOf, sameBytes, type Verify } from './signature.ts'

/** The secret itself in a header, as registries send it. */
export const token: Verify<HookOf<'token'>> = ({ header }, { delivery, keys }) => {
  const given = headerOf(delivery, header)
  if (given === '') return { id: null, fault: `there is no ${header}` }
  const good = keys.filter(key => sameBytes(given, key)).length > 0
  return good ? { id: hashOf(delivery.body), fault: null } : { id: null, fault: `${header} is not the right one` }
}
