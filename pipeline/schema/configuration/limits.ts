import { z } from 'zod'

const perMinute = (standard: number, meaning: string) =>
  z.int().min(1).max(1_000_000).default(standard).describe(meaning)

/** How much of this server one caller may take; each process counts for itself. */
export const limits = z.strictObject({
  requests: perMinute(6_000, 'Requests a minute of one identity.'),
  strangers: perMinute(60, 'Requests a minute from one address with an identity that is not known here.'),
  open: perMinute(3_000, 'Requests a minute from one address that need no identity: probes and signing in.'),
  logins: perMinute(10, 'Wrong passwords for one name from one address within a quarter of an hour.'),
})

export type LimitsConfiguration = z.output<typeof limits>
