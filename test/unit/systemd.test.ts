import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { serveCommand } from '../../api/cli/commands/serve.ts'
import { component } from '../components.ts'

/** The service that docs/operations.md shows, moved to where the project is. */

const shown = /```ini\n(\[Unit\][\s\S]*?)```/.exec(readFileSync('docs/operations.md', 'utf8'))![1]!
const analyze = component('systemd')

test.skipIf(analyze === null)('systemd takes the service as it is shown, and knows all that is in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-systemd-'))
  const file = join(folder, 'slipway.service')
  const verify = async (text: string) => {
    writeFileSync(file, text.replaceAll('/opt/slipway', process.cwd()).replace(/^User=.*$/m, 'User=root'))
    const { stderr } = await promisify(execFile)(analyze!, ['verify', file]).catch(error => error)
    // It looks at other services of the machine, too.
    return stderr.split('\n').filter((line: string) => line.includes('slipway.service'))
  }
  expect(await verify(shown)).toEqual([])
  expect(await verify(shown.replace('KillMode=process', 'KillModes=process'))).toHaveLength(1)
  rmSync(folder, { recursive: true })
})

test('its command line is one of ours', () => {
  const [, line = ''] = /^ExecStart=\S+ api\/cli\/bin\.ts serve (.*)$/m.exec(shown) ?? []
  const io = { env: {}, stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal }
  const command = serveCommand(io as unknown as Parameters<typeof serveCommand>[0]).exitOverride()
  expect(command.parseOptions(line.split(' ')).unknown).toEqual([])
  expect(command.opts()).toMatchObject({ data: '/var/lib/slipway', config: '/etc/slipway/slipway.yaml' })
})
