import { afterAll, beforeAll, expect, test } from 'vitest'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { type Issuer, startIssuer } from '../../test/fakes/issuer.ts'

/** security.md row 11: who may approve against four eyes, and who never approves. */

let api: FakeApi
let issuer: Issuer
const id = 'shop-judged'

beforeAll(async () => {
  issuer = await startIssuer()
  const main = {
    type: 'github' as const,
    issuer: issuer.url,
    audience: 'slipway',
    repository: '1',
    refs: ['refs/heads/main'],
  }
  const bindings = [{ role: 'administrator', to: ['ci:main'] }]
  api = await startFakeApi({ auth: { ci: { main }, bindings } })
  api.store.put(anExecution({ id }))
})

afterAll(async () => {
  await api.stop()
  await issuer.stop()
})

function judge(bearer: string, body: object): Promise<Response> {
  return fetch(`${api.url}/api/v1/executions/${id}/stages/approve/judgment`, {
    method: 'POST',
    body: JSON.stringify({ decision: 'approve', ...body }),
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'if-match': '"abc"' },
  })
}

test('an override is a permission of its own, and needs a reason', async () => {
  const { token } = await api.client.createToken({
    body: { name: 'approver', allow: ['execution:approve', 'execution:read'] },
  })
  const refused = await judge(token, { override: true, comment: 'urgent' })
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain('judgment:override')
  expect((await judge(api.token, { override: true })).status).toBe(400)
  expect((await judge(api.token, { override: true, comment: '  ' })).status).toBe(400)
})

test('a job of a CI system approves nothing, whatever its roles are', async () => {
  const response = await judge(await issuer.sign({ aud: 'slipway', repository_id: '1', ref: 'refs/heads/main' }), {})
  expect(response.status).toBe(403)
  expect(await response.text()).toContain('a person has to approve')
})

test('whatever a person uses, they are one person', async () => {
  const names = ['one', 'two', 'three']
  for (const name of names) await api.client.createToken({ body: { name, allow: ['execution:approve'] } })
  const owners = (await api.client.listTokens()).items
    .filter(({ name }) => names.includes(name))
    .map(({ owner }) => owner)
  expect(new Set(owners)).toEqual(new Set(['local']))
})
