import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder for what is downloaded or built once per user and used by every clone. */
export function cacheFolder(env = process.env) {
  return env.SLIPWAY_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway')
}

/**
 * The cached folder `name`, filled by `fill(folder)` when it is not there yet. It appears whole or not at all:
 * an interrupted fill leaves only a temporary folder, which the next one removes.
 */
export async function cached(name, fill, env = process.env) {
  const root = cacheFolder(env)
  const folder = join(root, name)
  if (existsSync(folder)) return folder
  mkdirSync(root, { recursive: true })
  const temporary = mkdtempSync(join(root, `.${name}-`))
  try {
    await fill(temporary)
    renameSync(temporary, folder)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    // Another set-up was faster; what it made is as good as ours.
    if (existsSync(folder)) return folder
    throw error
  }
  return folder
}
