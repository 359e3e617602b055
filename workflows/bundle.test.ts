import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildBundle } from './bundle.ts'

/** Without its source map; the SDK alone is about 560 kB. */
const mostBytes = 980_000

let code = ''
let modules: string[] = []

beforeAll(async () => {
  const bundle = await buildBundle()
  code = bundle.code.replace(/\n\/\/# sourceMappingURL=.*/s, '')
  modules = [...code.matchAll(/!\*\*\* (.*?) \*\*\*!/g)].map(([, name]) => name!)
}, 120_000)

describe('the bundle of the workflows', () => {
  it('holds every workflow', () => {
    for (const name of ['pipeline-execution', 'canary-analysis', 'target-lock'])
      expect(modules.some(module => module.endsWith(`workflows/${name}.ts`))).toBe(true)
  })

  it.each([
    ['the schema library', /node_modules\/zod/],
    ['the schemas', /pipeline\/schema\//],
    ['the expression language', /cel-js/],
    ['a judge', /pipeline\/canary\/(sequential|mann-whitney|judges)/],
    ['an activity', /(^|\.\/)activities\//],
    ['the store', /(^|\.\/)store\//],
    ['the client or the worker', /@temporalio\/(client|worker)\//],
  ])('does not hold %s', (_, forbidden) => {
    expect(modules.filter(module => forbidden.test(module))).toEqual([])
  })

  it('stays small', () => {
    expect(code.length).toBeLessThan(mostBytes)
  })

  // mutation: without `untraced` of workflows/bundle.ts the SDK keeps the trace of every promise (test/system/whole-steps.test.ts).
  it('tells the SDK whose a promise is, and nothing of where it was made', () => {
    const [first] = code.split(';var ')
    const asks = `
      globalThis.__TEMPORAL_ACTIVATOR__ = 'this run'
      const ask = Promise.resolve().constructor.constructor
      const Told = ask('return globalThis.Error')()
      ;[ask('return globalThis.__TEMPORAL_ACTIVATOR__')(), new Told().stack, ask('return 1 + 1')()]`
    expect([...runInNewContext(`${first};${asks}`)]).toEqual(['this run', '', 2])
  })
})
