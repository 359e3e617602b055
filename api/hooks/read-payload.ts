import { Refusal } from '../http/refusal.ts'
import { headerOf, type RawDelivery } from './delivery.ts'

/** No honest payload is nested deeper. */
const deepest = 64

/** The JSON of a delivery; refused when it is something else. */
export function readPayload(delivery: RawDelivery): unknown {
  if (/^application\/x-www-form-urlencoded/i.test(headerOf(delivery, 'content-type')))
    throw new Refusal(
      'unsupported-media-type',
      'this is a form; choose the content type application/json at the sender',
    )
  const text = decode(delivery.body)
  if (depthOf(text) > deepest) throw new Refusal('invalid-request', `the body is nested deeper than ${deepest} levels`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal('invalid-request', `the body is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal('invalid-request', 'the body is not UTF-8 text')
  }
}

/** Brackets inside texts do not count. */
function depthOf(json: string): number {
  let depth = 0
  let most = 0
  let isText = false
  for (let index = 0; index < json.length; index++) {
    const character = json[index]
    if (isText) {
      if (character === '\\') index++
      else if (character === '"') isText = false
    } else if (character === '"') isText = true
    else if (character === '{' || character === '[') most = Math.max(most, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return most
}
