import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cached } from './cache.mjs'
import { cliVersion, temporalCli } from './temporal.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-setup-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function program(path: string): string {
  writeFileSync(path, '#!/bin/sh\necho temporal\n')
  chmodSync(path, 0o755)
  return path
}

describe('finding the Temporal CLI', () => {
  test('takes TEMPORAL_CLI before everything else', async () => {
    const mine = program(join(folder, 'mine'))
    mkdirSync(join(folder, 'bin'))
    program(join(folder, 'bin', 'temporal'))
    expect(await temporalCli({ env: { TEMPORAL_CLI: mine, PATH: join(folder, 'bin') } })).toBe(mine)
  })

  test('says so when TEMPORAL_CLI is not a program', async () => {
    const missing = join(folder, 'missing')
    await expect(temporalCli({ env: { TEMPORAL_CLI: missing } })).rejects.toThrow(
      `TEMPORAL_CLI is set to ${missing}, which is not an executable file`,
    )
  })

  test('takes the one on PATH before the cache', async () => {
    const onPath = program(join(folder, 'temporal'))
    expect(await temporalCli({ env: { PATH: folder, SLIPWAY_CACHE: join(folder, 'cache') } })).toBe(onPath)
  })

  test('takes the cached one without looking further', async () => {
    mkdirSync(join(folder, `temporal-${cliVersion}`))
    const path = program(join(folder, `temporal-${cliVersion}`, 'temporal'))
    expect(await temporalCli({ env: { PATH: '', SLIPWAY_CACHE: folder } })).toBe(path)
  })
})

describe('the cache', () => {
  const env = () => ({ SLIPWAY_CACHE: folder })

  test('keeps nothing of a fill that was broken off, and fills again', async () => {
    const broken = cached(
      'thing',
      async (target: string) => {
        writeFileSync(join(target, 'half'), '')
        throw new Error('connection lost')
      },
      env(),
    )
    await expect(broken).rejects.toThrow('connection lost')
    expect(readdirSync(folder)).toEqual([])
    const whole = await cached('thing', async (target: string) => writeFileSync(join(target, 'whole'), ''), env())
    expect(readdirSync(whole)).toEqual(['whole'])
  })

  test('is filled once for two who ask at the same time', async () => {
    const fill = async (target: string) => writeFileSync(join(target, 'whole'), '')
    const [a, b] = await Promise.all([cached('thing', fill, env()), cached('thing', fill, env())])
    expect(a).toBe(b)
    expect(existsSync(join(a, 'whole'))).toBe(true)
    expect(readdirSync(folder)).toEqual(['thing'])
  })
})
