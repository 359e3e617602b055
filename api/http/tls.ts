import { readFile, stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { every } from '../every.ts'

/** A certificate with its chain, and its key; PEM. */
export interface KeyPair {
  cert: Buffer
  key: Buffer
}

export interface CertificateFiles {
  cert: string
  key: string
}

/** Rejects, in words for people, when a file cannot be read or the two do not belong together. */
export async function readKeyPair({ cert, key }: CertificateFiles): Promise<KeyPair> {
  const pair = { cert: await read(cert), key: await read(key) }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new Error(`the certificate ${cert} and the key ${key} cannot be used: ${(error as Error).message}`)
  }
  return pair
}

/** Gives each new pair to `use`. One that cannot be used is told, and the last good one stays. */
export async function watchKeyPair(
  files: CertificateFiles,
  { use, log, interval = 10_000 }: { use(pair: KeyPair): void; log: Logger; interval?: number },
  signal: AbortSignal,
): Promise<void> {
  let seen = await stampOf(files)
  await every(interval, signal, async () => {
    const stamp = await stampOf(files)
    if (stamp === seen) return
    seen = stamp
    try {
      use(await readKeyPair(files))
      log.info({ cert: files.cert }, 'the certificate was replaced')
    } catch (error) {
      log.error({ err: error }, 'the new certificate cannot be used; the one before stays')
    }
  })
}

async function read(file: string): Promise<Buffer> {
  return readFile(file).catch(error => {
    throw new Error(`${file} cannot be read (${error.code})`)
  })
}

/** Follows links: where secrets are mounted, a link is what changes. */
async function stampOf({ cert, key }: CertificateFiles): Promise<string> {
  const stamps = [cert, key].map(async file => {
    const found = await stat(file).catch(() => null)
    return found === null ? 'none' : `${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`
  })
  return (await Promise.all(stamps)).join(' ')
}
