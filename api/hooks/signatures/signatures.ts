import type { HookOf, HookSource, HookType } from '../../../pipeline/schema/configuration/hooks.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { hmacSignature } from './hmac.ts'
import type { Proof, Verified, Verify } from './signature.ts'
import { standard } from './standard.ts'
import { token } from './token.ts'

const schemes = { github, gitlab, standard, hmac: hmacSignature, token } as const satisfies {
  [T in HookType]: Verify<HookOf<T>>
}

/** Checks a delivery in the way of its source. */
export function verify(source: HookSource, proof: Proof): Verified {
  return (schemes[source.type] as Verify<HookSource>)(source, proof)
}
