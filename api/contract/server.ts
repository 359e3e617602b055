import { z } from 'zod'
import { rights } from './permissions.ts'

const principalType = z.enum(['token', 'session', 'ci', 'anonymous'])

export type PrincipalType = z.output<typeof principalType>

export const session = z.object({
  principal: z.object({
    name: z.string(),
    type: principalType,
    /** Roles that rules give them, by name. */
    roles: z.array(z.string()),
    groups: z.array(z.string()),
  }),
  /** What they may do somewhere; whether they may do it to one run, the answer to that request says. */
  rights: z.array(z.enum(rights as [(typeof rights)[number], ...typeof rights])),
  server: z.object({ version: z.string() }),
})

export type Session = z.output<typeof session>

const check = z.enum(['ok', 'down'])

/** `status` is `ok` when a run that is triggered now would start. Says no more than that to those it does not know. */
export const health = z.object({
  status: check,
  checks: z.object({ store: check, temporal: check, worker: check }),
})

export type Health = z.output<typeof health>

/** The server's configuration: since when it is in force, and what of the file is not. */
export const configurationState = z.object({
  since: z.string(),
  /** The file has changed and is not valid: what was in force before stays. */
  refused: z.object({ at: z.string(), problems: z.array(z.string()) }).nullable(),
  /** Sections of the file that will be in force after a restart. */
  needsRestart: z.array(z.string()),
})

export type ConfigurationState = z.output<typeof configurationState>

export const serverAnswer = z.object({ version: z.string(), configuration: configurationState })

export const loginBody = z.union([
  z.strictObject({
    /** The one-time code of a link. */
    code: z.string().max(500),
  }),
  z.strictObject({ user: z.string().min(1).max(200), password: z.string().min(1).max(1_000) }),
])

/** How people can sign in here. */
export const loginMethods = z.object({
  methods: z.array(
    z.discriminatedUnion('type', [
      /** With a link that `slipway serve` or `slipway login` prints. */
      z.object({ type: z.literal('link') }),
      /** With name and password of this server's own users: `openSession` with `user` and `password`. */
      z.object({ type: z.literal('password') }),
      /** At the provider of the company: a navigation (not a request) to `url`; it comes back to `/`, signed in. */
      z.object({ type: z.literal('oidc'), name: z.string(), url: z.string() }),
    ]),
  ),
})

export type LoginMethods = z.output<typeof loginMethods>

export const accessAnswer = z.object({ allowed: z.boolean() })

/** An answer without content. */
export const nothing = z.null()
