import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from '@temporalio/worker'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const root = resolve(import.meta.dirname, '..')
/** What a bundle can be made of: whatever workflows may import. */
const sources = ['workflows', 'pipeline', 'activities', 'store']

export interface Bundle {
  codePath: string
}

/**
 * The workflows as one file for the worker, from `.cache/`; built (about 2 s) when a source has changed since.
 *
 * `entry` exports the workflows; another one than the product's is for benches and tests.
 */
export async function workflowBundle(entry = join(root, 'workflows', 'index.ts')): Promise<Bundle> {
  const codePath = join(root, '.cache', `workflows-${hashOf(entry)}.js`)
  if (exists(codePath)) return { codePath }
  const { code } = await buildBundle(entry)
  mkdirSync(dirname(codePath), { recursive: true })
  const temporary = `${codePath}.${process.pid}.tmp`
  writeFileSync(temporary, code)
  renameSync(temporary, codePath)
  return { codePath }
}

/** Throws when the workflows import what they must not. */
export async function buildBundle(entry = join(root, 'workflows', 'index.ts')): Promise<{ code: string }> {
  return bundleWorkflowCode({ workflowsPath: entry, logger: quiet() })
}

function quiet(): Logger {
  return new DefaultLogger('WARN')
}

/** Changes with every source, with the SDK, and with this recipe. */
function hashOf(entry: string): string {
  const hash = createHash('sha256')
  const sdk = createRequire(import.meta.url).resolve('@temporalio/worker/package.json')
  hash
    .update(readFileSync(sdk))
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(entry)
  for (const file of [entry, ...sources.flatMap(sourcesIn)].sort()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map(entry => join(entry.parentPath, entry.name))
}

function exists(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
