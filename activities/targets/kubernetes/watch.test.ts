import { describe, expect, it } from 'vitest'
import { ApiError, type KubernetesApi } from './api.ts'
import { openWatches } from './watch.ts'

type Named = { metadata: { name: string; resourceVersion: string } }

const named = (name: string, resourceVersion: string): Named => ({ metadata: { name, resourceVersion } })
const event = (type: string, object: object) => JSON.stringify({ type, object })
const options = () => ({ signal: AbortSignal.timeout(10_000), every: 5_000 })

/** Lists and streams as they come, one after the other; a stream that is left open waits. */
function scripted(lists: { version: string; items: Named[] }[], streams: (string | Error)[][]) {
  const asked: string[] = []
  const api: Pick<KubernetesApi, 'send' | 'lines'> = {
    async send<T>() {
      const { version, items } = lists.shift()!
      asked.push('list')
      return { metadata: { resourceVersion: version }, items } as T
    },
    async *lines(_path, query, signal) {
      asked.push(`watch from ${query.resourceVersion}`)
      for (const line of streams.shift() ?? []) {
        if (line instanceof Error) throw line
        yield line
      }
      if (streams.length === 0) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    },
  }
  return { asked, watches: openWatches(api as KubernetesApi) }
}

describe('watching', () => {
  it('sees what is listed, and what changes', async () => {
    const { watches, asked } = scripted(
      [{ version: '5', items: [named('a', '1')] }],
      [[event('MODIFIED', named('a', '7'))]],
    )
    const seen: string[] = []
    const check = (found: Named | null) => {
      seen.push(found?.metadata.resourceVersion ?? 'none')
      return found?.metadata.resourceVersion === '7' ? 'done' : undefined
    }
    expect(await watches.until('/things', 'a', check, options())).toBe('done')
    expect(seen.at(-1)).toBe('7')
    expect(asked).toEqual(['list', 'watch from 5'])
  })

  it('asks nothing about what is older than the object that was written', async () => {
    const { watches } = scripted([{ version: '5', items: [] }], [[event('ADDED', named('a', '9'))]])
    const seen: (string | null)[] = []
    const check = (found: Named | null) => {
      seen.push(found?.metadata.name ?? null)
      return true
    }
    await watches.until('/things', 'a', check, { ...options(), since: '9' })
    expect(seen).toEqual(['a'])
  })

  it('lists again when its version is gone', async () => {
    const { watches, asked } = scripted(
      [
        { version: '5', items: [] },
        { version: '90', items: [named('a', '80')] },
      ],
      [[event('ERROR', { code: 410 })], []],
    )
    await watches.until('/things', 'a', found => (found === null ? undefined : true), options())
    expect(asked.slice(0, 3)).toEqual(['list', 'watch from 5', 'list'])
  })

  it('goes on from where it was when the connection is cut, and lists again when the server refuses', async () => {
    const gone = new ApiError(410, { reason: 'Expired', message: 'too old', causes: [] }, null)
    const { watches, asked } = scripted(
      [
        { version: '5', items: [] },
        { version: '20', items: [named('a', '19')] },
      ],
      [[new Error('ECONNRESET')], [gone], []],
    )
    await watches.until('/things', 'a', found => (found === null ? undefined : true), options())
    expect(asked.slice(0, 4)).toEqual(['list', 'watch from 5', 'watch from 5', 'list'].slice(0, asked.length))
  })

  it('is one for all who wait on a collection, and lets go of who gives up', async () => {
    const { watches, asked } = scripted([{ version: '5', items: [] }], [[]])
    const stop = new AbortController()
    const waiting = Array.from({ length: 500 }, (_, index) =>
      watches.until('/things', `a-${index}`, () => undefined, { signal: stop.signal, every: 5_000 }),
    )
    setTimeout(() => stop.abort(new Error('enough')), 50)
    const ended = await Promise.allSettled(waiting)
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked).toEqual(['list', 'watch from 5'])
  })

  it('knows all objects, but not while it may have missed something', async () => {
    const { watches } = scripted([{ version: '5', items: [named('a', '1')] }], [[event('ADDED', named('b', '7'))]])
    const names = () => [...(watches.objects('/things')?.keys() ?? ['unsure'])]
    expect(names()).toEqual(['unsure'])
    await watches.until('/things', 'b', found => (found === null ? undefined : true), options())
    expect(names()).toEqual(['a', 'b'])
    watches.saw('/things', named('c', '8'))
    watches.saw('/things', named('b', '6'))
    expect(names()).toEqual(['a', 'b', 'c'])
    expect(watches.objects('/things')!.get('b')).toEqual(named('b', '7'))
    watches.doubt('/things', 'a')
    expect(names()).toEqual(['unsure'])
    expect(watches.objects('/things', name => name === 'b')?.size).toBe(3)
    watches.saw('/things', named('a', '9'))
    expect(names()).toEqual(['a', 'b', 'c'])
  })

  it('is unsure while its connection is cut', async () => {
    const { watches } = scripted([{ version: '5', items: [] }], [[event('ADDED', named('a', '7')), new Error('cut')]])
    await watches.until('/things', 'a', found => (found === null ? undefined : true), options())
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(watches.objects('/things')).toBeNull()
  })
})
