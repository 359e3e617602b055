import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { didYouMean } from '../../pipeline/suggest.ts'
import { CliError, exitCodes, type Io } from './io.ts'

/** A server that one has logged in to. */
export interface Context {
  url: string
  token: string
}

export interface Contexts {
  /** The one that is meant when nothing else is said; null: the server of the data folder. */
  current: string | null
  contexts: Readonly<Record<string, Context>>
}

/** The name that stands for no context: the server of the data folder. */
export const local = 'local'

const stored = z.strictObject({
  current: z.string().nullable(),
  contexts: z.record(z.string(), z.strictObject({ url: z.string(), token: z.string() })),
})

/** `$XDG_CONFIG_HOME/slipway/contexts.json`. */
export function contextsFile(io: Io): string {
  const folder = io.env.XDG_CONFIG_HOME || join(io.env.HOME || homedir(), '.config')
  return join(folder, 'slipway', 'contexts.json')
}

/** None when nobody has logged in; refuses a file that others could read or have written. */
export function readContexts(io: Io): Contexts {
  const file = contextsFile(io)
  let text: string
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new CliError(`${file} holds tokens and others may use it; mend it: chmod 600 ${file}`, exitCodes.invalid)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof CliError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, contexts: {} }
    throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, exitCodes.invalid)
  }
  const { data } = stored.safeParse(parsed(text))
  if (data !== undefined) return data
  throw new CliError(`${file} is not what \`slipway login\` writes; remove it and log in again`, exitCodes.invalid)
}

/** Only its user may read it. */
export async function writeContexts(io: Io, contexts: Contexts): Promise<void> {
  const file = contextsFile(io)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  await writeFileAtomic(file, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 })
}

/** The context of a name, or a message that names those there are. */
export function contextNamed({ contexts }: Contexts, name: string): Context {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (found !== undefined) return found
  const known = Object.keys(contexts)
  const listed = known.length === 0 ? 'there is none yet: slipway login URL' : `known are ${known.join(', ')}`
  throw new CliError(`there is no context "${name}"${didYouMean(name, known)}; ${listed}`, exitCodes.invalid)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
