import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { localSecrets } from './secrets.ts'

it('a secret comes from a variable or a file, and a missing one is named without being told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
  const file = join(folder, 'token')
  writeFileSync(file, 's3cret\n')
  const secrets = localSecrets({ CI_TOKEN: 'abc', EMPTY: '' })
  expect(await secrets.resolve({ env: 'CI_TOKEN' })).toBe('abc')
  expect(await secrets.resolve({ file })).toBe('s3cret')
  await expect(secrets.resolve({ env: 'EMPTY' })).rejects.toThrow('EMPTY should hold a secret and is empty')
  await expect(secrets.resolve({ env: 'OTHER' })).rejects.toThrow('OTHER should hold a secret and is not set')
  await expect(secrets.resolve({ file: join(folder, 'no') })).rejects.toThrow('cannot be read (ENOENT)')
  rmSync(folder, { recursive: true })
})
