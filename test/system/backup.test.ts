import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Server, startServer } from '../../setup/server.ts'

test('a copy of the data folder of a stopped server is a backup: what was, is, and what was in flight goes on', {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-backup-'))
  const configuration = 'test/fixtures/api/slipway.yaml'
  const start = (name: string) => startServer({ data: join(folder, name), configuration, args: ['--stop-instances'] })
  let server: Server = await start('data')
  onTestFinished(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const ended = await server.client.startExecution({ name: 'nap' })
  await server.client.getExecution({ id: ended.id, wait: '60s' })
  const running = await server.client.startExecution({ name: 'sleep' })
  await server.client.getExecution({ id: running.id, wait: '10s', after: running.position })
  await server.stop()
  // With owner and modes: what others can read is refused.
  execFileSync('cp', ['-a', join(folder, 'data'), join(folder, 'copy')])
  rmSync(join(folder, 'data'), { recursive: true })

  server = await start('copy')
  expect((await server.client.getExecution({ id: ended.id })).status).toBe('succeeded')
  expect((await server.client.getExecution({ id: running.id })).status).toBe('running')
  await server.client.cancelExecution({ id: running.id, body: { reason: 'restored' } })
  const canceled = await server.client.getExecution({ id: running.id, wait: '60s' })
  expect(canceled).toMatchObject({ status: 'canceled', reason: expect.stringContaining('restored') })
})
