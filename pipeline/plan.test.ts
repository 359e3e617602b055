import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlannedStage } from './plan.ts'
import { blockerOf, planOf, planStages, readyStages } from './plan.ts'
import type { StageStatus } from './statuses.ts'

function stage(id: string, needs?: string[]): PlannedStage {
  return needs === undefined ? { id } : { id, needs }
}

function messages(stages: PlannedStage[]): string[] {
  return planStages(stages).findings.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the graph of a pipeline', () => {
  test('follows the file where nothing else is said', () => {
    const { needs, before } = planOf({ stages: [stage('a'), stage('b'), stage('c')] })
    expect(needs).toEqual({ a: [], b: ['a'], c: ['b'] })
    expect(before).toEqual({ a: [], b: ['a'], c: ['a', 'b'] })
  })

  test('lets stages start at once that need nothing, and waits for later ones', () => {
    const { order, before } = planOf({ stages: [stage('a', ['c']), stage('b', []), stage('c', [])] })
    expect(order).toEqual(['b', 'c', 'a'])
    expect(before).toEqual({ a: ['c'], b: [], c: [] })
  })

  test('holds ids that are words of JavaScript', () => {
    const { needs } = planOf({ stages: [stage('constructor', []), stage('tostring', ['constructor'])] })
    expect(needs).toEqual({ constructor: [], tostring: ['constructor'] })
  })

  test('names a circle in the order of its needs', () => {
    expect(messages([stage('a', ['c']), stage('b'), stage('c')])).toEqual([
      'stages.0.needs.0: stages need each other: a needs c needs b needs a',
    ])
  })

  test('names what is doubled, unknown or its own need, all at once', () => {
    expect(messages([stage('a', ['a']), stage('b', ['canray']), stage('canary'), stage('b', ['a', 'a'])])).toEqual([
      'stages.3.id: two stages are called "b"; the other one is number 2',
      'stages.0.needs.0: stage "a" needs itself',
      'stages.1.needs.0: there is no stage "canray" (did you mean "canary"?)',
      'stages.3.needs.1: "a" is listed twice',
    ])
  })

  test('is refused loudly when nobody validated it', () => {
    expect(() => planOf({ stages: [stage('a', ['b'])] })).toThrow('there is no stage "b"')
  })
})

describe('stages that may start', () => {
  const plan = planOf({ stages: [stage('a'), stage('b', ['a']), stage('c', ['a']), stage('d', ['b', 'c'])] })

  test('are those whose needs have all ended well', () => {
    expect(readyStages(plan, {})).toEqual(['a'])
    expect(readyStages(plan, { a: 'running' })).toEqual([])
    expect(readyStages(plan, { a: 'succeeded' })).toEqual(['b', 'c'])
    expect(readyStages(plan, { a: 'succeeded', b: 'skipped', c: 'waiting' })).toEqual([])
    expect(readyStages(plan, { a: 'succeeded', b: 'skipped', c: 'succeeded' })).toEqual(['d'])
  })

  test('are not those behind one that ended badly, however far', () => {
    expect(readyStages(plan, { a: 'failed' })).toEqual([])
    expect(['b', 'c', 'd'].map(id => blockerOf(plan, { a: 'failed' }, id))).toEqual(['a', 'a', 'a'])
    expect(blockerOf(plan, { a: 'succeeded', b: 'rolled-back' }, 'd')).toBe('b')
    expect(blockerOf(plan, { a: 'rolling-back' }, 'd')).toBeNull()
  })
})

describe('of any graph without circles', () => {
  /** Every stage needs some of those above it, then the file is shuffled. */
  const graphs = fc
    .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 31 })
    .map(all =>
      all.map((needs, index) => stage(`s${index}`, unique(needs.filter(need => need < index).map(need => `s${need}`)))),
    )
    .chain(stages => fc.shuffledSubarray(stages, { minLength: stages.length, maxLength: stages.length }))

  test('the order puts every stage behind all it needs, and names each once', () => {
    fc.assert(
      fc.property(graphs, stages => {
        const { order, needs, before } = planOf({ stages })
        expect([...order].sort()).toEqual(stages.map(({ id }) => id).sort())
        for (const [id, of] of Object.entries(needs)) {
          for (const need of of) {
            expect(order.indexOf(need)).toBeLessThan(order.indexOf(id))
            expect(before[id]).toEqual(expect.arrayContaining([need, ...before[need]!]))
          }
        }
      }),
    )
  })

  test('running what is ready runs everything once, whichever ready stage ends first', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), (stages, choices) => {
        const plan = planOf({ stages })
        const statuses: Record<string, StageStatus> = {}
        for (let step = 0; step < stages.length; step++) {
          const ready = readyStages(plan, statuses)
          expect(ready.length).toBeGreaterThan(0)
          statuses[ready[choices.next().value % ready.length]!] = 'succeeded'
        }
        expect(readyStages(plan, statuses)).toEqual([])
      }),
    )
  })

  test('one need that points back at a stage behind it makes a circle that is found and closed', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), (stages, first, second) => {
        const { before } = planOf({ stages })
        const later = stages.filter(({ id }) => before[id]!.length > 0)
        fc.pre(later.length > 0)
        const { id } = later[first % later.length]!
        const back = before[id]![second % before[id]!.length]!
        const broken = stages.map(each => (each.id === back ? stage(back, [...each.needs!, id]) : each))
        const { findings } = planStages(broken)
        const named = findings[0]!.message.replace('stages need each other: ', '').split(' needs ')
        expect(named[0]).toBe(named.at(-1))
        for (const [at, one] of named.slice(0, -1).entries()) {
          expect(broken.find(each => each.id === one)!.needs).toContain(named[at + 1])
        }
      }),
    )
  })
})

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}
