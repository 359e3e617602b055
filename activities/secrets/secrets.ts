import { readFile } from 'node:fs/promises'
import type { SecretReference } from '../../pipeline/schema/configuration/secret.ts'
import { Invalid } from '../failures.ts'
import { type KnownSecrets, knownSecrets } from './known.ts'

/** Gives the value behind a reference, at the moment it is needed; it is never kept, logged or put into a message. */
export interface Secrets {
  resolve(reference: SecretReference): Promise<string>
  /** What others say, without the secrets that were resolved here: they may repeat what they were sent. */
  hide(text: string): string
}

/** Secrets from the process's own environment and from files it can read. */
export function localSecrets(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  known: KnownSecrets = knownSecrets(),
): Secrets {
  const find = async (reference: SecretReference): Promise<string> => {
    if ('env' in reference) return given(environment[reference.env], `the environment variable ${reference.env}`)
    const text = await readFile(reference.file, 'utf8').catch(error => {
      throw new Invalid(`the secret in ${reference.file} cannot be read (${error.code}); Slipway must be able to`)
    })
    return given(text.replace(/\r?\n$/, ''), `the file ${reference.file}`)
  }
  return {
    async resolve(reference) {
      const value = await find(reference)
      known.add(value)
      return value
    },
    hide: known.hide,
  }
}

function given(value: string | undefined, where: string): string {
  if (value !== undefined && value !== '') return value
  throw new Invalid(
    `${where} should hold a secret and is ${value === undefined ? 'not set' : 'empty'}; set it where Slipway runs`,
  )
}
