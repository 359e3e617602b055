import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { ended } from '../ended.ts'

test('the demo promotes the good release, takes the bad one back, loses no request and exits with 0', {
  timeout: 240_000,
}, async () => {
  const { code, output } = await ended(
    spawn(process.execPath, ['setup/demo.ts'], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  expect(code, output).toBe(0)
  expect(output).toMatch(/✓ 1\.1\.0 promoted/)
  expect(output).toMatch(/✓ 1\.2\.0 rolled back/)
  expect(output).toMatch(/requests in all, 0 lost/)
})
