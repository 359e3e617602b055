import { describe, expect, test } from 'vitest'
import { ExpressionError } from './errors.ts'
import type { ExpressionContext } from './evaluate.ts'
import { evaluateTemplate } from './evaluate.ts'

const context: ExpressionContext = {
  parameters: { version: '1.2.3', count: 4, half: 0.5, dry: false, text: '}} ${{ x }} "\'\\' },
  trigger: { type: 'api', by: 'ci', detail: 'commit 1' },
  execution: { id: 'checkout-1', pipeline: 'checkout', application: 'shop', revision: 'abc', attempt: 1 },
  stages: {
    canary: {
      verdict: 'pass',
      score: 97.5,
      release: { version: '1.2.3', command: ['node'], env: { A: 'b', constructor: 'c' } },
    },
    'us-east': { list: ['a', 'b'], big: 'x'.repeat(5_000), __proto__x: 1 },
  },
}

function evaluated(expression: string): unknown {
  return evaluateTemplate(`\${{ ${expression} }}`, context)
}

describe('one whole expression keeps its type', () => {
  test.each([
    ['parameters.version', '1.2.3'],
    ['parameters.count', 4],
    ['parameters.count + 1', 5],
    ['1 + parameters.half', 1.5],
    ['parameters.count == 4', true],
    ['parameters.count > 3 && parameters.half < 1', true],
    ['parameters.dry ? "a" : "b"', 'b'],
    ['7 / 2', 3],
    ['7.0 / 2.0', 3.5],
    ['parameters.version.split(".")[1]', '2'],
    ['size(parameters.version)', 5],
    ['parameters.version.startsWith("1.") && !parameters.dry', true],
    ['trigger.by + "@" + execution.id', 'ci@checkout-1'],
    ['stages.canary.verdict == "pass"', true],
    ['stages["canary"].score', 97.5],
    ['has(stages.canary.release.image)', false],
    ['has(stages["canary"].release.version)', true],
    ['stages.canary.release', { version: '1.2.3', command: ['node'], env: { A: 'b', constructor: 'c' } }],
    ['stages["us-east"].list.map(x, x + "!")', ['a!', 'b!']],
    ['stages["us-east"].list.exists(x, x == "b")', true],
    ['stages["us-east"].list.filter(x, x != "b").join(",")', 'a'],
    ['"a" in stages["us-east"].list', true],
    ['{"a": [1, 2.5, null]}', { a: [1, 2.5, null] }],
    ['string(parameters.count) + string(true)', '4true'],
    ['int("12") + int(3.9)', 15],
  ])('%s', (expression, value) => {
    expect(evaluated(expression)).toEqual(value)
  })
})

describe('everything else becomes text', () => {
  test.each([
    ['v${{ parameters.version }}', 'v1.2.3'],
    [' ${{ parameters.count }}', ' 4'],
    ['${{ parameters.count }}${{ parameters.half }}', '40.5'],
    ['dry: ${{ parameters.dry }}', 'dry: false'],
    ['$${{ parameters.version }}', '${{ parameters.version }}'],
    ['${{ parameters.text }}!', '}} ${{ x }} "\'\\!'],
  ])('%j', (template, text) => {
    expect(evaluateTemplate(template, context)).toBe(text)
  })

  test.each(['null', '[1]', '{"a": 1}', 'stages.canary.release'])('but not %s', expression => {
    expect(() => evaluateTemplate(`v\${{ ${expression} }}`, context)).toThrow(/only text, numbers and booleans/)
  })
})

describe('a failing expression is a typed error that names the expression and the reason', () => {
  test.each([
    ['parameters.nope', /there is no "nope"/],
    ['parameters.version + 1', /"string \+ integer" is not possible/],
    ['stages.later.release', /stage "later" has no outputs yet/],
    ['stages[parameters.version].x', /the stage must be written out/],
    ['stages.canary.nope', /there is no "nope"/],
    ['1 / 0', /division by zero/],
    ['9223372036854775807 + 1', /integer overflow/],
    ['9007199254740993', /too large a number/],
    ['1.0 / 0.0', /not a finite number/],
    ['0.0 / 0.0', /not a finite number/],
    ['int("x")', /cannot convert/],
    ['"abc".substring(5)', /out of range/],
    ['[1][3]', /out of bounds/],
    ['stages["us-east"].big', /too large/],
    ['', /empty/],
    ['a'.repeat(1_001), /longer than 1000/],
    ['('.repeat(40) + ')'.repeat(40), /too large/],
    [`${'!'.repeat(900)}true`, /too large|too deeply/],
    ['[1] + ', /too early/],
    ['x', /nothing is called "x"/],
  ])('%s', (expression, reason) => {
    expect(() => evaluated(expression)).toThrow(ExpressionError)
    expect(() => evaluated(expression)).toThrow(expect.objectContaining({ reason: expect.stringMatching(reason) }))
  })
})

describe('no expression reaches the host', () => {
  const payloads = [
    'constructor',
    'constructor.constructor("return process")()',
    '"".constructor',
    '""["constructor"]',
    '[].constructor.constructor("return 1")()',
    '{}.__proto__',
    '__proto__',
    '{"__proto__": {"polluted": true}}',
    '{"constructor": 1}',
    'parameters.__proto__.polluted',
    'parameters["__proto__"]',
    'parameters["con" + "structor"]',
    'parameters["__pro" + "to__"]',
    'parameters.constructor',
    'parameters.toString',
    'parameters.hasOwnProperty',
    'stages.constructor',
    'stages.__proto__.x',
    'stages.canary.release["con" + "structor"]',
    'process.env.HOME',
    'globalThis',
    'this',
    'require("child_process")',
    'import("fs")',
    'eval("1")',
    'Function("return 1")()',
    'T(java.lang.Runtime).getRuntime().exec("id")',
    'new java.lang.ProcessBuilder("id")',
    '#root',
    '`id`',
    '$(id)',
    '<%= 7*7 %>',
    '{{7*7}}',
    '"a".matches("(a+)+$")',
    'cel.bind(x, "a", x + x)',
    'google.protobuf.Timestamp',
    'timestamp("2024-01-01T00:00:00Z").getHours("Europe/Berlin")',
    'b"abc".json()',
    'bytes("{}").json()',
    'type(1)',
    's_0',
    's_0.verdict',
    '[1].map(s_0, s_0)',
    '[1].map(parameters, parameters)',
    '[1].map(__proto__, 1)',
    'optional.of(1)',
    'parameters.?version',
  ]

  test.each(payloads)('%s is a typed error', payload => {
    expect(() => evaluated(payload)).toThrow(ExpressionError)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each(['parameters.constructor', 'stages.__proto__.x', 'parameters["__proto__"]', '"".constructor'])(
    '%s is refused by name, before anything is looked up',
    payload => {
      expect(() => evaluated(payload)).toThrow(
        expect.objectContaining({ reason: expect.stringContaining('is not allowed as a key') }),
      )
    },
  )

  test('keys like "constructor" in values are plain data', () => {
    expect(evaluated('stages.canary.release.env["con" + "structor"]')).toBe('c')
  })
})

describe('the budget is known before anything runs', () => {
  test.each([
    'parameters.version.split("").map(a, parameters.version.split("").map(b, a + b).join("")).join("")',
    'stages["us-east"].list.map(a, stages["us-east"].list.map(b, stages["us-east"].list.map(c, a + b + c)))',
    `[${'1,'.repeat(90)}1].map(a, [${'1,'.repeat(90)}1].map(b, parameters.version.contains("x")))`,
  ])('%s is refused', expression => {
    expect(() => evaluated(expression)).toThrow(/too much work|too large/)
  })

  test('what is allowed is fast on the largest values there are', () => {
    const text = 'x'.repeat(4_096)
    const largest = {
      ...context,
      parameters: { text },
      stages: { a: { list: Array.from({ length: 7 }, () => text) } },
    }
    const template = '${{ stages.a.list.filter(x, x.contains("xy") || x == parameters.text + "y").size() }}'
    const start = performance.now()
    expect(evaluateTemplate(template, largest)).toBe(0)
    expect(performance.now() - start).toBeLessThan(100)
  })
})
