import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isFinal } from '../../pipeline/statuses.ts'
import { startLoad } from '../../setup/load.ts'
import { startServer } from '../../setup/server.ts'

/** The lease of a canary's weights is at least a minute. */
const lease = { timeout: 120_000, interval: 250 }

test('with Slipway dead and not restarted, all traffic is back on stable when the lease ends, and no request is lost', {
  timeout: 300_000,
}, async () => {
  // Releases do not see the data folder.
  const [data, notes] = [mkdtempSync(join(tmpdir(), 'slipway-dead-')), mkdtempSync(join(tmpdir(), 'slipway-notes-'))]
  const options = { data, configuration: 'test/fixtures/shop/slipway.yaml', args: ['--stop-instances'] }
  let server = await startServer(options)
  onTestFinished(async () => {
    await server.stop()
    for (const folder of [data, notes]) rmSync(folder, { recursive: true, force: true })
  })
  const deliver = (version: string, errors: string) =>
    server.client.startExecution({
      name: 'shop',
      body: { parameters: { version, errors, starts: join(notes, 'starts.jsonl') } },
    })
  await server.client.getExecution({ id: (await deliver('1.0.0', '0')).id, wait: '60s' })
  const url = (await server.client.listTargets()).items[0]?.services[0]?.url ?? ''

  // Few requests, so that no verdict comes before the end; a quarter of them fails, which nobody is there to see.
  const { id } = await deliver('2.0.0', '0.25')
  await vi.waitFor(async () => expect(await versions(url)).toContain('2.0.0'), lease)
  await server.kill()
  for (const child of ['temporal', 'store']) {
    const record = join(data, child, 'child.json')
    if (existsSync(record)) process.kill(JSON.parse(readFileSync(record, 'utf8')).pid, 'SIGKILL')
  }
  const load = startLoad(url, 20)
  expect(await versions(url)).toContain('2.0.0')
  await vi.waitFor(async () => expect(await versions(url)).toEqual(['1.0.0']), lease)
  const { sent, lost } = await load.stop()
  expect(sent).toBeGreaterThan(0)
  expect(lost).toBe(0)

  // Whoever restarts it finds the run, which ends by itself.
  server = await startServer(options)
  let execution = await server.client.getExecution({ id })
  while (!isFinal(execution.status)) execution = await server.client.getExecution({ id, wait: '30s' })
  expect(execution.status).toBe('rolled-back')
  expect(await versions(url)).toEqual(['1.0.0'])
})

/** Which versions answer twenty requests. */
async function versions(url: string): Promise<string[]> {
  const seen = new Set<string>()
  for (let request = 0; request < 20; request += 1) {
    const response = await fetch(url).catch(() => null)
    seen.add(response?.headers.get('x-version') ?? 'none')
    await sleep(5)
  }
  return [...seen].sort()
}
