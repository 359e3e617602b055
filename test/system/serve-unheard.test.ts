import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'

const patience = { timeout: 60_000, interval: 100 }

test('a server whose terminal is gone goes on, and when it is stopped leaves nothing running', async () => {
  const data = mkdtempSync(join(tmpdir(), 'slipway-unheard-'))
  const file = join(data, 'server.json')
  const configuration = 'test/fixtures/api/slipway.yaml'
  const args = ['serve', '--data', data, '--config', configuration, '--port', '0', '--stop-instances']
  const server = spawn(process.execPath, ['api/cli/bin.ts', ...args, '--log-level', 'debug'])
  const ended = new Promise<number | null>(resolve => server.once('close', resolve))
  const children = () =>
    ['temporal/child.json', 'store/child.json', 'host/host.json'].map(record => pidOf(join(data, record)))
  onTestFinished(() => {
    server.kill('SIGKILL')
    for (const pid of children()) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience)
  const { url } = JSON.parse(readFileSync(file, 'utf8'))

  server.stdout.destroy()
  server.stderr.destroy()
  // Each writes a line that nobody reads any more.
  for (let request = 0; request < 5; request += 1) expect((await fetch(`${url}/healthz`)).ok).toBe(true)

  const running = children()
  expect(running.every(isRunning)).toBe(true)
  server.kill('SIGHUP')
  expect(await ended).toBe(0)
  await vi.waitFor(() => expect(running.filter(isRunning)).toEqual([]), patience)
})

/** 0, which no process of ours has, when there is no record. */
function pidOf(record: string): number {
  return existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).pid : 0
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
