import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function slipway(...args: string[]) {
  const texts = { stdout: '', stderr: '' }
  const into = (name: keyof typeof texts) =>
    new PassThrough().on('data', chunk => {
      texts[name] += chunk
    })
  const io = { stdin: new PassThrough(), stdout: into('stdout'), stderr: into('stderr'), env: {} }
  return { code: await runProgram(args, io), ...texts }
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('slipway import gives YAML, and says what was left behind', async () => {
  const canary = 'kind: Canary\nspec: { targetRef: { name: web }, analysis: { threshold: 5, stepWeight: 25 } }\n'
  const { code, stdout, stderr } = await slipway('import', 'flagger', file('canary.yaml', canary))
  expect(code).toBe(0)
  expect(parse(stdout)).toMatchObject({
    name: 'web',
    stages: [{ type: 'canary', steps: [{ weight: 25 }, { weight: 50 }] }],
  })
  expect(stderr).toContain('not carried over: /spec/analysis/threshold (a verdict is statistical here')
  const json = await slipway('import', 'flagger', join(folder, 'canary.yaml'), '-o', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({ lost: [{ pointer: '/spec/analysis/threshold' }] })
})

test('slipway import refuses what it cannot read', async () => {
  expect(await slipway('import', 'argo-rollouts', file('other.yaml', 'kind: Pod\n'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no Rollout in these files'),
  })
  expect((await slipway('import', 'kayenta', file('bad.json', '{"a": [1,'))).code).toBe(2)
  expect((await slipway('import', 'kayenta', '/nowhere')).code).toBe(2)
})
