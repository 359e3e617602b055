import type { Payload } from '@temporalio/common'
import { isEncrypted } from '../../activities/encryption.ts'
import { Invalid } from '../../activities/failures.ts'
import type { codecRoutes } from '../contract/routes/codec.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

/** What is stored in Temporal, for people who look at it with its own tools. */
export function codecOperations({ codec }: Services): Pick<Handlers, keyof typeof codecRoutes> {
  return {
    async decodePayloads({ body: { payloads } }) {
      if (codec === null)
        throw new Refusal('not-found', 'nothing is encrypted here; see "encryption" in the configuration')
      const given = payloads.map(({ metadata = {}, data = '' }) => ({
        metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, fromBase64(value)])),
        data: fromBase64(data),
      }))
      try {
        const clear = await Promise.all(
          given.map(async payload => (isEncrypted(payload) ? (await codec.decode([payload]))[0]! : payload)),
        )
        return { body: { payloads: clear.map(written) } }
      } catch (error) {
        if (error instanceof Invalid) throw new Refusal('refused', error.message)
        throw error
      }
    },
  }
}

function written({ metadata, data }: Payload) {
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [name, toBase64(value)])
  return { metadata: Object.fromEntries(named) as Record<string, string>, data: toBase64(data ?? new Uint8Array()) }
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
