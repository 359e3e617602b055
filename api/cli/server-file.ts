import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a running server leaves for the CLI in its data folder; only its user may read it. */
export interface ServerFile {
  url: string
  token: string
  pid: number
}

export function serverFilePath(dataFolder: string): string {
  return join(dataFolder, 'server.json')
}

/** Null when there is none, it cannot be read, or others could have written it. */
export function readServerFile(dataFolder: string): ServerFile | null {
  const path = serverFilePath(dataFolder)
  try {
    if ((statSync(path).mode & 0o077) !== 0) return null
    const { url, token, pid } = JSON.parse(readFileSync(path, 'utf8'))
    return typeof url === 'string' && typeof token === 'string' && typeof pid === 'number' ? { url, token, pid } : null
  } catch {
    return null
  }
}
