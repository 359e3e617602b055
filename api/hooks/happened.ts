import type { HookType } from '../../pipeline/schema/configuration/hooks.ts'
import type { Happened } from '../triggers/happened.ts'
import { headerOf, type RawDelivery } from './delivery.ts'
import { imagesOf } from './images.ts'
import { at, textAt } from './payload.ts'
import { pushOf } from './push.ts'

/** What a delivery tells, in our words. */
export function happenedIn(source: string, type: HookType, delivery: RawDelivery, payload: unknown): Happened {
  const event = eventOf(type, delivery, payload)
  return {
    kind: 'hook',
    source,
    event,
    payload,
    pushes: [pushOf(event, payload)].flatMap(push => push ?? []),
    images: imagesOf(event, payload),
  }
}

/** The sender's own word for it. */
function eventOf(type: HookType, delivery: RawDelivery, payload: unknown): string {
  if (type === 'github') return headerOf(delivery, 'x-github-event')
  if (type === 'gitlab') return textAt(payload, 'object_kind') || headerOf(delivery, 'x-gitlab-event')
  const named = at(payload, 'type')
  return typeof named === 'string' ? named.slice(0, 100) : ''
}
