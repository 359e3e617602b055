import { describe, expect, it } from 'vitest'
import { ApiError, type ApiRequest, type KubernetesApi } from './api.ts'
import { seenApi } from './seen.ts'
import type { Named, Watches } from './watch.ts'

const pods = '/api/v1/namespaces/shop/pods'
const pod = (name: string, labels: Record<string, string> = {}, resourceVersion = '1') => ({
  metadata: { name, labels, resourceVersion },
})

interface Given {
  objects: Named[] | null
  doubtful?: string[]
  answer?: (request: ApiRequest) => unknown
}

function opened({ objects, doubtful = [], answer }: Given) {
  const asked: string[] = []
  const told: string[] = []
  const all = objects === null ? null : new Map(objects.map(object => [object.metadata!.name!, object]))
  const watches: Watches = {
    until: () => Promise.reject(new Error('nobody waits here')),
    objects: (_, meant = () => true) => (doubtful.some(name => meant(name, all?.get(name))) ? null : all),
    changes: () => ({ next: async () => {}, close() {} }),
    saw: (_, object) => void told.push(`saw ${object.metadata!.name}`),
    doubt: (_, name) => void told.push(`doubt ${name}`),
  }
  const send = async (path: string, request: ApiRequest = {}) => {
    asked.push(`${request.method ?? 'GET'} ${path}`)
    return answer?.(request) ?? pod('asked')
  }
  const api = { send, get: (path: string) => send(path) } as unknown as KubernetesApi
  return { api: seenApi(api, watches), asked, told }
}

describe('what the watches have seen', () => {
  it('is told without asking: one object, none, and lists by label', async () => {
    const { api, asked } = opened({ objects: [pod('a', { app: 'shop' }), pod('b', { app: 'shop', role: 'canary' })] })
    expect(await api.get(`${pods}/a`)).toEqual(pod('a', { app: 'shop' }))
    expect(await api.get(`${pods}/c`)).toBeNull()
    const named = async (labelSelector: string) => {
      const { items } = await api.send<{ items: Named[] }>(pods, { query: { labelSelector } })
      return items.map(({ metadata }) => metadata!.name)
    }
    expect(await named('app=shop')).toEqual(['a', 'b'])
    expect(await named('app=shop,role')).toEqual(['b'])
    expect(await named('app=other')).toEqual([])
    expect(asked).toEqual([])
  })

  it('is asked for where a watch is not sure, where there is none, and where more than labels count', async () => {
    const unsure = opened({ objects: null })
    await unsure.api.get(`${pods}/a`)
    const sure = opened({ objects: [] })
    await sure.api.get('/api/v1/namespaces/shop/configmaps/a')
    await sure.api.send(`${pods}/a/log`)
    await sure.api.send(pods, { query: { labelSelector: 'app in (a,b)' } })
    await sure.api.send(pods, { query: { fieldSelector: 'status.phase=Running' } })
    expect(unsure.asked).toHaveLength(1)
    expect(sure.asked).toHaveLength(4)
  })

  it('is asked for only what may be another than it was seen', async () => {
    const objects = [pod('a', { app: 'shop' }), pod('b', { app: 'other' })]
    const { api, asked } = opened({ objects, doubtful: ['b'] })
    await api.get(`${pods}/a`)
    await api.send(pods, { query: { labelSelector: 'app=shop' } })
    expect(asked).toEqual([])
    await api.get(`${pods}/b`)
    await api.send(pods, { query: { labelSelector: 'app=other' } })
    expect(asked).toHaveLength(2)
    const unknown = opened({ objects, doubtful: ['c'] })
    await unknown.api.send(pods, { query: { labelSelector: 'app=shop' } })
    expect(unknown.asked).toHaveLength(1)
  })

  it('learns from what is written, and doubts what was in the way of it', async () => {
    const { api, told } = opened({
      objects: [pod('a'), pod('b')],
      answer: ({ method }) => {
        if (method === 'PATCH') return pod('a', {}, '2')
        if (method === 'DELETE') return { kind: 'Status', metadata: {} }
        throw new ApiError(409, { reason: 'Conflict', message: 'changed', causes: [] }, null)
      },
    })
    await api.send(`${pods}/a`, { method: 'PATCH' })
    await api.send(`${pods}/b`, { method: 'DELETE' })
    await expect(api.send(`${pods}/a`, { method: 'PUT' })).rejects.toThrow('changed')
    await expect(api.send(pods, { method: 'POST', body: pod('c') })).rejects.toThrow('changed')
    expect(told).toEqual(['saw a', 'doubt b', 'doubt a', 'doubt c'])
  })

  it('does not take what was deleted for something that is there, though the answer shows it', async () => {
    const { api, told } = opened({ objects: [pod('a')], answer: () => pod('a') })
    await api.send(`${pods}/a`, { method: 'DELETE' })
    expect(told).toEqual(['doubt a'])
  })
})
