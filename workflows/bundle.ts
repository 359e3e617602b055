import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from '@temporalio/worker'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const root = resolve(import.meta.dirname, '..')
const mainEntry = join(root, 'workflows', 'index.ts')
/** What a bundle can be made of: whatever workflows may import at run time. */
const sources = ['workflows', 'pipeline']

export interface Bundle {
  codePath: string
}

/** Turns failures into what is stored; the bundle has to bring its own. */
export type FailureConverterPath = string | undefined

/**
 * The workflows as one file for the worker, from `.cache/`; built (about 2 s) when a source has changed since.
 *
 * `entry` exports the workflows; another one than the product's is for benches and tests.
 */
export async function workflowBundle(entry = mainEntry, failures?: FailureConverterPath): Promise<Bundle> {
  const name = `workflows-${basename(dirname(entry))}${failures === undefined ? '' : '-sealed'}`
  const folder = join(root, '.cache')
  const codePath = join(folder, `${name}-${hashOf(entry)}.js`)
  if (existsSync(codePath)) return { codePath }
  const { code } = await buildBundle(entry, failures)
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (isOld(file, name, folder)) rmSync(join(folder, file), { force: true })
  const temporary = `${codePath}.${process.pid}.tmp`
  writeFileSync(temporary, code)
  renameSync(temporary, codePath)
  return { codePath }
}

/** Throws when the workflows import what they must not. */
export async function buildBundle(entry = mainEntry, failures?: FailureConverterPath): Promise<{ code: string }> {
  const converter = failures === undefined ? {} : { failureConverterPath: failures }
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    workflowInterceptorModules: [join(root, 'workflows', 'whole-steps.ts')],
    logger: quiet(),
    ...converter,
  })
  return { code: `(${untraced})();${code}` }
}

/**
 * Runs in a bundle, before all of it. For every promise of a workflow the SDK compiles a function that tells whose it is,
 * makes an error, and keeps where that was made, by the source map, for whoever asks a run for its stack: a fifth of a
 * worker's processor time. Nobody asks here. So it is told whose it is at once, and finds no trace; errors keep theirs.
 */
function untraced(): void {
  class Untraced {
    stack = ''
  }
  const answers: Record<string, () => unknown> = {
    'return globalThis.__TEMPORAL_ACTIVATOR__': () => (globalThis as Record<string, unknown>).__TEMPORAL_ACTIVATOR__,
    'return globalThis.Error': () => Untraced,
  }
  const compile = Promise.constructor
  Object.defineProperty(Promise, 'constructor', { value: (code: string) => answers[code] ?? compile(code) })
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

const day = 24 * 3_600_000

/** Of an earlier version of the sources, and not in use by anybody who has just started. */
function isOld(file: string, name: string, folder: string): boolean {
  return file.startsWith(`${name}-`) && Date.now() - statSync(join(folder, file)).mtimeMs > day
}
