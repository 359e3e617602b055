import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildBundle } from './bundle.ts'

/** Without its source map; the SDK alone is about 560 kB. */
const mostBytes = 970_000

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

  // mutation: without `plainTrace` of workflows/bundle.ts the SDK keeps the trace of every promise (test/system/whole-steps.test.ts).
  it('says of an error where it was thrown', () => {
    const [plainly] = code.split(';var ')
    const thrown = 'function broken() { throw new TypeError("odd") } try { broken() } catch (error) { error.stack }'
    expect(runInNewContext(`${plainly};${thrown}`)).toMatch(/^TypeError: odd\n {4}at broken \(/)
  })
})
