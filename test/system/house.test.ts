import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const folder = resolve('node_modules/.bin')
/** The project's own Node.js first, whoever started us. */
const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }

/** Exit code and output of a tool that is a rule of the house. */
async function tool(name: string, args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(`${folder}/${name}`, args, { env, maxBuffer: 1 << 26 })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const failure = error as { code: number; stdout: string; stderr: string }
    return { code: failure.code, output: failure.stdout + failure.stderr }
  }
}

test('nobody imports whom they may not', { timeout: 60_000 }, async () => {
  const { code, output } = await tool('depcruise', [
    'pipeline',
    'workflows',
    'activities',
    'store',
    'api',
    'ui',
    '--output-type',
    'err',
  ])
  expect(code, output).toBe(0)
})

test('the types fit', { timeout: 180_000 }, async () => {
  const { code, output } = await tool('tsc', [])
  expect(code, output).toBe(0)
})

test('the linter has nothing to say', { timeout: 60_000 }, async () => {
  const { code, output } = await tool('biome', ['check', '--error-on-warnings', '.'])
  expect(code, output).toBe(0)
})
