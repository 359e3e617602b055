import { expect, test } from 'vitest'
import { startFakeApi } from '../../test/fakes/api.ts'
import { openapi } from '../contract/openapi.ts'
import { type Route, routes } from '../contract/routes.ts'
import { deprecationHeaders } from './promises.ts'

test('every answer says how much is left to its caller', async () => {
  const api = await startFakeApi({ limits: { requests: 3, open: 5 } })
  const left = async (path: string, init?: RequestInit) => {
    const { status, headers } = await (init ? fetch(api.url + path, init) : api.request(path))
    return [status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining'), headers.get('ratelimit-reset')]
  }
  expect(await left('/api/v1/executions')).toEqual([200, '3', '2', '60'])
  expect((await left('/api/v1/executions/none')).slice(0, 3)).toEqual([404, '3', '1'])
  expect((await left('/healthz', {})).slice(0, 3)).toEqual([200, '5', '4'])
  await api.stop()
})

test('an operation that will end says since when and until when, here and in the description', () => {
  const deprecated = { since: '2026-01-01T00:00:00Z', sunset: '2026-07-01T00:00:00Z' }
  expect(deprecationHeaders({ deprecated })).toEqual({
    deprecation: '@1767225600',
    sunset: 'Wed, 01 Jul 2026 00:00:00 GMT',
    link: '</docs>; rel="deprecation"; type="text/html"',
  })
  expect(deprecationHeaders({})).toEqual({})
  const [own] = Object.values(routes) as Route[]
  const described = openapi('1', { own: { ...own!, deprecated } }).paths[own!.path]?.[own!.method]
  expect(described).toMatchObject({ deprecated: true })
  expect(JSON.stringify(openapi('1'))).not.toContain('"deprecated":true')
})

test('what is deprecated goes on for half a year at least', () => {
  for (const { deprecated } of Object.values(routes) as Route[])
    if (deprecated !== undefined)
      expect(Date.parse(deprecated.sunset) - Date.parse(deprecated.since)).toBeGreaterThanOrEqual(180 * 86_400_000)
})
