import { describe, expect, it } from 'vitest'
import { createUndoStack } from './undo.ts'

function watch() {
  const told: string[] = []
  return {
    told,
    started: (what: string) => void told.push(`started ${what}`),
    done: (what: string) => void told.push(`done ${what}`),
    failed: (what: string, error: unknown) => {
      told.push(`failed ${what}`)
      return String(error)
    },
  }
}

describe('an undo stack', () => {
  it('is unwound newest first, and is empty afterwards', async () => {
    const undo = createUndoStack()
    const ran: string[] = []
    for (const what of ['a', 'b', 'c']) undo.push({ what, run: async () => void ran.push(what) })
    expect(await undo.unwind(watch())).toEqual([])
    expect(ran).toEqual(['c', 'b', 'a'])
    expect(undo.size).toBe(0)
    await undo.unwind(watch())
    expect(ran).toHaveLength(3)
  })

  it('goes on after a failure, and names it', async () => {
    const undo = createUndoStack()
    const ran: string[] = []
    undo.push({ what: 'a', run: async () => void ran.push('a') })
    undo.push({ what: 'b', run: () => Promise.reject('no') })
    const watching = watch()
    expect(await undo.unwind(watching)).toEqual([{ what: 'b', error: 'no' }])
    expect(ran).toEqual(['a'])
    expect(watching.told).toEqual(['started b', 'failed b', 'started a', 'done a'])
  })
})
