import { expect, it } from 'vitest'
import { openApi } from './api.ts'
import { openConnection } from './connection.ts'

it('what goes wrong names the connection, where it has a name', { timeout: 30_000 }, async () => {
  const told = async (connection: Parameters<typeof openConnection>[1]) => {
    const api = openApi('shop', openConnection('shop', connection), { answer: 1_000, silence: 1_000, backoff: 1 })
    return api.send('/version').catch(({ message }) => message)
  }
  const [kubeconfig, tokenFile, server] = ['/there/is/none', import.meta.filename, 'https://127.0.0.1:1']
  expect(await told({ kubeconfig, name: 'eu' })).toMatch(/^target shop: its connection "eu" cannot be used: ENOENT/)
  expect(await told({ kubeconfig })).toMatch(/^target shop: its connection cannot be used: ENOENT/)
  expect(await told({ server, tokenFile: kubeconfig, name: 'eu' })).toMatch(
    /^target shop: its connection "eu" has no credentials: ENOENT/,
  )
  expect(await told({ server, tokenFile, name: 'eu' })).toMatch(
    /^target shop \(connection eu\): the API server at https:\/\/127.0.0.1:1 does not answer/,
  )
})
