import { describe, expect, it } from 'vitest'
import type { Role } from '../../../../../pipeline/clusters.ts'
import type { Backend, Backends } from './backends.ts'
import { Selection } from './selection.ts'

function selecting(ready: Partial<Record<Role, string[]>>, unhealthy: Partial<Record<Role, string[]>> = {}): Selection {
  const all = new Map<string, Backend>()
  const named = (id: string) => {
    const backend = all.get(id) ?? ({ id } as Backend)
    all.set(id, backend)
    return backend
  }
  return new Selection({
    ready: (role: Role) => (ready[role] ?? []).map(named),
    unhealthy: (role: Role) => (unhealthy[role] ?? []).map(named),
  } as unknown as Backends)
}

const idOf = (selected: { backend: Backend } | null) => selected?.backend.id ?? null

describe('the instance of an attempt', () => {
  it('is each of its cluster in turn', () => {
    const selection = selecting({ stable: ['a', 'b', 'c'] })
    const taken = Array.from({ length: 6 }, () => idOf(selection.inRole('stable', [])))
    expect(taken.slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
    expect(taken.slice(3)).toEqual(taken.slice(0, 3))
  })

  it('is never one that was tried', () => {
    const selection = selecting({ canary: ['a', 'b'] })
    const first = selection.inRole('canary', [])!.backend
    const second = selection.inRole('canary', [first])!.backend
    expect(new Set([first.id, second.id])).toEqual(new Set(['a', 'b']))
    expect(selection.inRole('canary', [first, second])).toBeNull()
  })

  it.each([
    ['stable', { stable: ['s'], baseline: ['b'], previous: ['p'] }, 'canary', 's'],
    ['the baseline, which runs the same', { baseline: ['b'], previous: ['p'], canary: ['c'] }, 'stable', 'b'],
    ['the previous version', { previous: ['p'], canary: ['c'] }, 'stable', 'p'],
    [
      'nothing rather than a canary, whose share only its weight may raise',
      { canary: ['c'], preview: ['v'] },
      'stable',
      null,
    ],
  ] as const)('is elsewhere that of %s', (_, ready, from, expected) => {
    const lists = Object.fromEntries(Object.entries(ready).map(([role, ids]) => [role, [...ids]]))
    expect(idOf(selecting(lists).elsewhere(from, []))).toBe(expected)
  })

  it('is an unhealthy one when there is no other', () => {
    expect(idOf(selecting({}, { stable: ['sick'] }).elsewhere('stable', []))).toBe('sick')
    expect(idOf(selecting({ previous: ['p'] }, { stable: ['sick'] }).elsewhere('stable', []))).toBe('p')
  })
})
