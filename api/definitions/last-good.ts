import { readFileSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

/** The version of a file that was in force last. */
export interface GoodVersion {
  commit: string
  blob: string
  name: string
}

/** Which version of each file was good last, over restarts. It may be lost: then the history of the branch is asked. */
export interface LastGood {
  get(path: string): GoodVersion | undefined
  /** Replaces all of it; a file that cannot be written is no reason to stop. */
  keep(versions: ReadonlyMap<string, GoodVersion>): Promise<void>
}

const stored = z.record(z.string(), z.strictObject({ commit: z.string(), blob: z.string(), name: z.string() }))

export function openLastGood(file: string): LastGood {
  let versions = new Map<string, GoodVersion>(Object.entries(read(file)))
  let written = JSON.stringify([...versions])
  return {
    get: path => versions.get(path),
    async keep(next) {
      versions = new Map(next)
      const text = JSON.stringify([...versions])
      if (text === written) return
      written = text
      await writeFileAtomic(file, JSON.stringify(Object.fromEntries(versions)), { mode: 0o600 }).catch(() => {})
    },
  }
}

function read(file: string): Record<string, GoodVersion> {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}
