import { CliError, exitCodes, type Io } from '../cli/io.ts'

/** Where the workflow engine is. */
export interface TemporalAddress {
  /** `host:port`. */
  address: string
  namespace: string
}

type Environment = Io['env']

/** `TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE`; null when the embedded server is meant. */
export function givenTemporal(env: Environment): TemporalAddress | null {
  const address = env.TEMPORAL_ADDRESS
  if (!address) return null
  return { address, namespace: env.TEMPORAL_NAMESPACE || 'default' }
}

/** Of a process that has no embedded servers. */
export function requireTemporal(env: Environment): TemporalAddress {
  const given = givenTemporal(env)
  if (given === null) throw missing('TEMPORAL_ADDRESS', 'host:port of a Temporal server')
  return given
}

export function requireDatabase(env: Environment): string {
  if (!env.DATABASE_URL) throw missing('DATABASE_URL', 'postgresql://… of a PostgreSQL database')
  return env.DATABASE_URL
}

export function requireToken(env: Environment): string {
  const token = env.SLIPWAY_TOKEN
  if (!token) throw missing('SLIPWAY_TOKEN', 'a secret of at least 32 characters that clients send')
  if (token.length < 32) throw new CliError('SLIPWAY_TOKEN is too short; at least 32 characters', exitCodes.invalid)
  return token
}

function missing(name: string, what: string): CliError {
  return new CliError(`${name} is not set: ${what}. (\`slipway serve\` brings everything along.)`, exitCodes.invalid)
}
