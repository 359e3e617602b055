import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openApi } from './api.ts'
import { openConnection } from './connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-connection-'))
afterAll(() => rmSync(folder, { recursive: true }))
const tokenFile = join(folder, 'token')
writeFileSync(tokenFile, 'secret')

it('what goes wrong names the connection, where it has a name', { timeout: 30_000 }, async () => {
  const told = async (connection: Parameters<typeof openConnection>[1]) => {
    const api = openApi('shop', openConnection('shop', connection), { answer: 1_000, silence: 1_000, backoff: 1 })
    return api.send('/version').catch(({ message }) => message)
  }
  const [kubeconfig, server] = ['/there/is/none', 'https://127.0.0.1:1']
  expect(await told({ kubeconfig, name: 'eu' })).toMatch(/^target shop: its connection "eu" cannot be used: ENOENT/)
  expect(await told({ kubeconfig })).toMatch(/^target shop: its connection cannot be used: ENOENT/)
  expect(await told({ server, tokenFile: kubeconfig, name: 'eu' })).toMatch(
    /^target shop: its connection "eu" has no credentials: ENOENT/,
  )
  expect(await told({ server, tokenFile, name: 'eu' })).toMatch(
    /^target shop \(connection eu\): the API server at https:\/\/127.0.0.1:1 does not answer \(ECONNREFUSED\)/,
  )
})

it('a watch that does not begin is given up as soon as any other answer that does not come', {
  timeout: 30_000,
}, async () => {
  const sockets: Socket[] = []
  const silent = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1')
  await new Promise(resolve => silent.once('listening', resolve))
  const server = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const connection = openConnection('shop', { server, tokenFile })
  const api = openApi('shop', connection, { answer: 300, silence: 3_600_000, backoff: 1 })
  const watch = api.lines('/api/v1/pods', { watch: '1' }, new AbortController().signal)
  await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    kind: 'Unavailable',
    message: expect.stringContaining('does not answer (no answer within 300 ms)'),
  })
  for (const socket of sockets) socket.destroy()
  silent.close()
})
