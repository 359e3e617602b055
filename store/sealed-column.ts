import { CannotOpen } from './errors.ts'
import { jsonColumn } from './json-column.ts'
import { createKeyring, type Keyring, type SealingKey } from './sealing.ts'

/** What is stored instead of a value: the name of the key, and the value under it in base64. First, so that it is found. */
interface Sealed {
  $sealed: string
}

/** How the content of runs becomes JSON of a column, and content again. */
export interface Columns {
  readonly keyring: Keyring | null
  /** `place` says which value of which run it is; `readable` is what the database itself has to read of it. */
  put(value: object, place: string, readable?: object): string
  /** What is not sealed is taken as it is: it was written before there was a key. @throws CannotOpen */
  take<T>(stored: T, place: string): T
}

/** Sealed with the first key; without keys, as it is. */
export function columnsOf(keys: readonly SealingKey[] = []): Columns {
  const [first, ...others] = keys
  const keyring = first === undefined ? null : createKeyring('slipway-store', [first, ...others])
  return {
    keyring,
    put(value, place, readable = {}) {
      if (keyring === null) return jsonColumn(value)
      const data = keyring.seal(Buffer.from(jsonColumn(value)), place).toString('base64')
      return jsonColumn({ $sealed: `${keyring.newest}:${data}`, ...readable })
    },
    take(stored, place) {
      if (!isSealed(stored)) return stored
      const [id = '', data = ''] = stored.$sealed.split(':')
      if (keyring === null)
        throw new CannotOpen(`it is encrypted with the key ${JSON.stringify(id)}, and no key is configured`)
      return JSON.parse(keyring.open(Buffer.from(data, 'base64'), id, place).toString())
    },
  }
}

function isSealed(stored: unknown): stored is Sealed {
  return typeof stored === 'object' && stored !== null && '$sealed' in stored
}
