import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'

test('the demo promotes the good release, takes the bad one back, loses no request and exits with 0', {
  timeout: 240_000,
}, async () => {
  const { code, output } = await run(['setup/demo.ts'])
  expect(code, output).toBe(0)
  expect(output).toMatch(/✓ 1\.1\.0 promoted/)
  expect(output).toMatch(/✓ 1\.2\.0 rolled back/)
  expect(output).toMatch(/requests in all, 0 lost/)
})

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output += chunk
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise(resolve => child.once('close', code => resolve({ code, output })))
}
