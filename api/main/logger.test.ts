import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { knownSecrets } from '../../activities/secrets/known.ts'
import { createLogger } from './logger.ts'

function logged(isTTY: boolean, say: (log: ReturnType<typeof createLogger>) => void): string {
  const output = Object.assign(new PassThrough(), { isTTY })
  say(createLogger({ level: 'info', hide: knownSecrets(['p4ss w0rd!']).hide, output }))
  return (output.read() as Buffer | null)?.toString() ?? ''
}

test('a line is JSON with time and level where nobody watches, and words where somebody does', () => {
  const say = (log: ReturnType<typeof createLogger>) => log.info({ child: 'store' }, 'runs again')
  expect(JSON.parse(logged(false, say))).toMatchObject({ level: 'info', child: 'store', msg: 'runs again' })
  expect(logged(true, say)).toMatch(/info.*runs again.*child=store/)
})

test.each([true, false])('secrets are in no line, wherever they are put (terminal: %s)', isTTY => {
  const text = logged(isTTY, log => {
    log.info({ url: 'postgresql://user:p4ss w0rd!@host' }, 'connecting with p4ss w0rd!')
    log.error({ err: new Error('refused: p4ss%20w0rd!', { cause: new Error('p4ss w0rd!') }) }, 'failed')
    log.info({ token: 'another', headers: { authorization: 'Bearer another' } }, 'named')
  })
  expect(text).not.toMatch(/p4ss|another/)
  expect(text).toContain('[secret]')
})
