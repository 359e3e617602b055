import { z } from 'zod'

const base64 = z.base64().max(300_000)

/** A payload of Temporal, as protobuf writes it in JSON: bytes are base64. */
const payload = z.looseObject({
  metadata: z.record(z.string().max(200), base64).optional(),
  data: base64.optional(),
})

export const payloads = z.object({ payloads: z.array(payload).max(1_000) })
