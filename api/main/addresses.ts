import { readFileSync } from 'node:fs'
import type { DataConverter, TLSConfig } from '@temporalio/client'
import type { PayloadCodec } from '@temporalio/common'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import { CliError, exitCodes, type Io } from '../cli/io.ts'

/** Where the workflow engine is, and how to get in. */
export interface TemporalAddress {
  /** `host:port`. */
  address: string
  namespace: string
  /** False: in the clear, as on loopback. */
  tls: TLSConfig | boolean
  /** Null where none is asked for. */
  apiKey: string | null
  /** How what is sent is written; Temporal's own way when left out. */
  converter?: DataConverter
}

type Environment = Io['env']

/**
 * `TEMPORAL_ADDRESS` and what belongs to it, named as Temporal's own tools name them; null when the embedded server is
 * meant. A certificate or an API key means TLS.
 */
export function givenTemporal(env: Environment): TemporalAddress | null {
  const address = env.TEMPORAL_ADDRESS
  if (!address) return null
  const apiKey = env.TEMPORAL_API_KEY || null
  return { address, namespace: env.TEMPORAL_NAMESPACE || 'default', tls: givenTls(env) ?? apiKey !== null, apiKey }
}

/** What both kinds of connections take. */
export function connectionTo({ address, tls, apiKey }: TemporalAddress) {
  return { address, tls, ...(apiKey === null ? {} : { apiKey }) }
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

/** What both clients and workers take. */
export function dataOf({ namespace, converter }: TemporalAddress) {
  return { namespace, ...(converter === undefined ? {} : { dataConverter: converter }) }
}

/** What encrypts payloads on their way there; null when nothing does. */
export function codecOf({ converter }: TemporalAddress): PayloadCodec | null {
  return converter?.payloadCodecs?.[0] ?? null
}

/** With what the configuration says of encryption. What it takes is only loaded when it is wanted. */
export async function withEncryption(
  temporal: TemporalAddress,
  { encryption }: Pick<Configuration, 'encryption'>,
  secrets: Secrets,
): Promise<TemporalAddress> {
  if (encryption?.keys === undefined) return temporal
  const { encrypted } = await import('./encryption.ts')
  return encrypted(temporal, encryption.keys, secrets)
}

function givenTls(env: Environment): TLSConfig | boolean | null {
  const ca = env.TEMPORAL_TLS_SERVER_CA_CERT_PATH
  const crt = env.TEMPORAL_TLS_CLIENT_CERT_PATH
  const key = env.TEMPORAL_TLS_CLIENT_KEY_PATH
  const name = env.TEMPORAL_TLS_SERVER_NAME
  if (!ca && !crt && !key && !name) return env.TEMPORAL_TLS === 'true' ? true : null
  if (!crt !== !key)
    throw missing(crt ? 'TEMPORAL_TLS_CLIENT_KEY_PATH' : 'TEMPORAL_TLS_CLIENT_CERT_PATH', 'the other half of the pair')
  const pem = (variable: string) => readPem(variable, env[variable] ?? '')
  return {
    ...(name ? { serverNameOverride: name } : {}),
    ...(ca ? { serverRootCACertificate: pem('TEMPORAL_TLS_SERVER_CA_CERT_PATH') } : {}),
    ...(crt
      ? {
          clientCertPair: { crt: pem('TEMPORAL_TLS_CLIENT_CERT_PATH'), key: pem('TEMPORAL_TLS_CLIENT_KEY_PATH') },
        }
      : {}),
  }
}

function readPem(variable: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CliError(`${variable}: ${file} cannot be read (${code})`, exitCodes.invalid)
  }
}
