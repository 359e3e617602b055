import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostState, loadState, StateFile } from './state.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-state-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'state.json')

function stateWith(fence: number): HostState {
  return {
    version: 1,
    services: [
      {
        target: 'eu',
        service: 'checkout',
        settings: {
          port: 0,
          directory: '/srv',
          health: '/healthz',
          startTimeout: 1,
          drainTimeout: 1,
          responseTimeout: 1,
          stickyCookie: null,
          clusterHeader: false,
        },
        port: 20_000,
        fence,
        done: ['a'],
        weights: { stable: 100 },
        leaseUntil: 5,
        lapsed: { at: 1, weights: { stable: 50, canary: 50 } },
        clusters: [
          {
            key: 'k',
            role: 'stable',
            release: { version: '1', command: ['x'], env: { A: 'b' } },
            size: 2,
            phase: 'committed',
          },
        ],
        instances: [
          {
            id: 'i',
            cluster: 'k',
            identity: { pid: 2, started: '1', boot: 'b', nonce: 'n' },
            port: 20_001,
            startedAt: 3,
          },
        ],
      },
    ],
  }
}

describe('the state of a host', () => {
  it('is read back as it was written', async () => {
    await new StateFile(path(), () => stateWith(3)).save()
    expect(loadState(path())).toEqual(stateWith(3))
  })

  it('is empty when there was no host before', () => {
    expect(loadState(path()).services).toEqual([])
  })

  it('is never guessed at', () => {
    writeFileSync(path(), '{"version":1,"services":[{"target":"eu"}]}')
    expect(() => loadState(path())).toThrow(/cannot be understood .* move it away/s)
  })

  it('holds what was true when it was saved, however many save at once', async () => {
    let fence = 0
    const file = new StateFile(path(), () => stateWith(fence))
    const saves = Array.from({ length: 50 }, async () => {
      const mine = ++fence
      await file.save()
      expect(loadState(path()).services[0]!.fence).toBeGreaterThanOrEqual(mine)
    })
    await Promise.all(saves)
  })

  it('can be saved again after a write failed', async () => {
    let broken = true
    const file = new StateFile(path(), () => {
      if (broken) throw new Error('disk full')
      return stateWith(1)
    })
    await expect(file.save()).rejects.toThrow('disk full')
    broken = false
    await file.save()
    expect(loadState(path()).services).toHaveLength(1)
  })
})
