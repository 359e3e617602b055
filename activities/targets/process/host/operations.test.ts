import { describe, expect, it } from 'vitest'
import { Refused } from '../../../failures.ts'
import { Operations } from './operations.ts'

const operations = (record = { fence: 0, done: [] as string[] }) => new Operations('checkout on eu', record)

/** Work that ends only when it is told to, and says when it has cleaned up. */
function endless(log: string[]) {
  return (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      log.push('begun')
      signal.addEventListener('abort', async () => {
        await new Promise(resolve => setTimeout(resolve, 20))
        log.push('cleaned up')
        reject(signal.reason)
      })
    })
}

describe('operations on a service', () => {
  it('refuse a lower fence and name both', async () => {
    const ops = operations({ fence: 7, done: [] })
    await expect(ops.run({ id: 'a', fence: 6 }, [], async () => {})).rejects.toThrow(/fence 6 is lower than 7/)
    expect(ops.fence).toBe(7)
  })

  it('are done once for each id', async () => {
    const ops = operations()
    let effects = 0
    const work = async () => void effects++
    await ops.run({ id: 'a', fence: 1 }, [], work)
    await ops.run({ id: 'a', fence: 1 }, [], work)
    expect(effects).toBe(1)
    const again = operations(ops.record())
    await again.run({ id: 'a', fence: 1 }, [], work)
    expect(effects).toBe(1)
  })

  it('are joined while they are being done', async () => {
    const ops = operations()
    let effects = 0
    const work = async () => {
      await new Promise(resolve => setTimeout(resolve, 10))
      effects++
    }
    await Promise.all([ops.run({ id: 'a', fence: 1 }, [], work), ops.run({ id: 'a', fence: 1 }, [], work)])
    expect(effects).toBe(1)
  })

  it('may be tried again after they failed', async () => {
    const ops = operations()
    await expect(ops.run({ id: 'a', fence: 1 }, [], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    let done = false
    await ops.run({ id: 'a', fence: 1 }, [], async () => {
      done = true
    })
    expect(done).toBe(true)
  })

  it('begin only when those they supersede have cleaned up', async () => {
    const ops = operations()
    const log: string[] = []
    const first = ops.run({ id: 'a', fence: 1 }, ['canary'], endless(log))
    const refused = expect(first).rejects.toBeInstanceOf(Refused)
    await new Promise(resolve => setImmediate(resolve))
    await ops.run({ id: 'b', fence: 2 }, ['stable'], async () => void log.push('next'))
    await refused
    expect(log).toEqual(['begun', 'cleaned up', 'next'])
  })

  it('of the same fence work beside each other on different roles, and take turns on one', async () => {
    const ops = operations()
    const log: string[] = []
    const baseline = ops.run({ id: 'a', fence: 1 }, ['baseline'], endless(log))
    await new Promise(resolve => setImmediate(resolve))
    const refused = expect(baseline).rejects.toThrow(/superseded by c/)
    await ops.run({ id: 'b', fence: 1 }, ['canary'], async () => void log.push('canary'))
    await ops.run({ id: 'c', fence: 1 }, ['baseline'], async () => void log.push('baseline again'))
    await refused
    expect(log).toEqual(['begun', 'canary', 'cleaned up', 'baseline again'])
  })

  it('remember a bounded number of ids', async () => {
    const ops = operations()
    for (let i = 0; i < 300; i++) await ops.run({ id: `op-${i}`, fence: 1 }, [], async () => {})
    expect(ops.record().done).toHaveLength(256)
    expect(ops.wasDone({ id: 'op-299', fence: 1 })).toBe(true)
    expect(ops.wasDone({ id: 'op-0', fence: 1 })).toBe(false)
  })
})
