import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serverView } from './configuration.ts'
import type { Problem } from './problem.ts'
import { formatProblem, maxProblems } from './problem.ts'
import type { ServerView } from './rules/server.ts'
import { validatePipeline } from './validate.ts'

const fixtures = new URL('fixtures/', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(path, fixtures), 'utf8')
}

function files(folder: string): string[] {
  return readdirSync(new URL(folder, fixtures)).filter(name => name.endsWith('.yaml'))
}

const templates = files('templates/').map(file => ({ file: `templates/${file}`, text: read(`templates/${file}`) }))

/** The first lines of a malformed fixture say everything that is told about it, in order: `# 8:11 message`. */
function expectation(text: string): { problems: string[]; notes: string[] } {
  const lines = text.split('\n')
  const told = lines.slice(
    0,
    Math.max(
      0,
      lines.findIndex(line => !/^# (note )?\d+:\d+ /.test(line)),
    ),
  )
  const [notes, problems] = [true, false].map(isNote => told.filter(line => line.startsWith('# note ') === isNote))
  return { problems: problems!.map(line => line.slice(2)), notes: notes!.map(line => line.slice('# note '.length)) }
}

function short({ line, column, message }: Problem): string {
  return `${line}:${column} ${message}`
}

describe('a malformed pipeline is refused at the right line and column', () => {
  const names = files('malformed/')

  test('there are at least 60 of them', () => {
    expect(names.length).toBeGreaterThanOrEqual(60)
  })

  test.each(names)('%s', name => {
    const text = read(`malformed/${name}`)
    const { problems, notes, pipeline } = validatePipeline(text, name, { templates })
    expect({ problems: problems.map(short), notes: notes.map(short) }).toEqual(expectation(text))
    expect(problems.length).toBeGreaterThan(0)
    expect(pipeline).toBeNull()
  })
})

describe('a good pipeline', () => {
  test.each(files('good/'))('%s is accepted without a word', name => {
    const { problems, notes, pipeline, unchecked } = validatePipeline(read(`good/${name}`), name, { templates })
    expect([...problems, ...notes]).toEqual([])
    expect(pipeline?.application).toBe('shop')
    const sources = name === 'triggers.yaml' ? ['hook sources'] : []
    expect(unchecked).toEqual(['targets', 'services', 'metric providers', ...sources])
  })

  test('comes out as plain JSON', () => {
    const { pipeline } = validatePipeline(read('good/canary.yaml'), 'canary.yaml')
    expect(JSON.parse(JSON.stringify(pipeline))).toEqual(pipeline)
  })
})

test('the example of the design is refused for nothing but what is not available yet', () => {
  const { problems } = validatePipeline(read('design.yaml'), 'design.yaml')
  expect(problems.map(formatProblem)).toEqual([])
})

describe('with a server', () => {
  const server: ServerView = {
    targets: {
      eu: { release: 'command', services: ['checkout'], environment: 'production' },
      cluster: { release: 'image', services: [], environment: 'test' },
    },
    metrics: [],
    hooks: [],
  }
  const deploy = (place: string, release = "{ version: '1', command: [node] }") =>
    `name: a\napplication: shop\nstages:\n  - { id: a, type: deploy, ${place}, release: ${release} }\n`
  const check = (text: string) => {
    const { problems, unchecked } = validatePipeline(text, 'a.yaml', { server })
    expect(unchecked).toEqual([])
    return problems.map(short)
  }

  test('known places are accepted', () => {
    expect(check(deploy('target: eu, service: checkout'))).toEqual([])
  })

  test('an unknown target or service is named with those that exist', () => {
    expect(check(deploy('target: ue, service: checkout'))).toEqual([
      '4:36 there is no target "ue" (did you mean "eu"?); the server has eu, cluster',
    ])
    expect(check(deploy('target: eu, service: chekout'))).toEqual([
      '4:49 there is no service "chekout" (did you mean "checkout"?); target "eu" has checkout',
    ])
    expect(check(deploy('target: cluster, service: checkout', '{ version: a, image: a }'))).toEqual([
      '4:54 there is no service "checkout"; target "cluster" has none',
    ])
  })

  test('a release that the target cannot run is refused', () => {
    expect(check(deploy('target: eu, service: checkout', "{ version: '1', image: 'shop:1' }"))).toEqual([
      '4:84 target "eu" cannot take a release with "image"; it needs "command"',
    ])
  })

  test('what the router of a service cannot do is refused', () => {
    const canary = (baseline: string) =>
      `name: a
application: shop
stages:
  - id: a
    type: canary
    target: prod
    service: cart
    release: { version: '1', image: 'cart:1' }
    baseline: ${baseline}
    steps: [{ weight: 5, for: 1m }]
    analysis: { interval: 10s, judge: { type: sequential }, metrics: [{ preset: http }] }
`
    const prod = { release: 'image', services: ['cart'], environment: 'dev', routers: { cart: 'nginx' } } as const
    const told = (baseline: string) =>
      validatePipeline(canary(baseline), 'a.yaml', {
        server: { targets: { prod }, metrics: [], hooks: [] },
      }).problems.map(short)
    const uncounted =
      '11:71 router "nginx" of cart on "prod" counts nothing for Slipway; ask a metric provider of the server'
    expect(told('stable')).toEqual([uncounted])
    expect(told('fresh')).toEqual([
      '9:15 router "nginx" of cart on "prod" splits between stable and one other cluster; use "baseline: stable"',
      uncounted,
    ])
  })

  test('copies of requests are refused where the router gives none', () => {
    const text = (service: string) => `name: a
application: shop
stages:
  - id: a
    type: canary
    target: prod
    service: ${service}
    release: { version: '1', image: 'cart:1' }
    baseline: stable
    steps: [{ mirror: 5, for: 1m }]
    analysis: { interval: 10s, judge: { type: sequential }, metrics: [{ name: a, kind: count, query: e, provider: p }] }
`
    const routers = { cart: 'nginx', shop: 'gateway-api', search: 'istio' } as const
    const services = ['own', ...Object.keys(routers)]
    const prod = { release: 'image', services, environment: 'dev', routers, mirrors: ['search'] } as const
    const told = (service: string) =>
      validatePipeline(text(service), 'a.yaml', {
        server: { targets: { prod }, metrics: ['p'], hooks: [] },
      }).problems.map(short)
    expect(told('own')).toEqual(['10:23 the router of target "prod" cannot copy requests'])
    expect(told('cart')).toEqual(['10:23 router "nginx" of cart on "prod" cannot copy requests'])
    expect(told('shop')).toEqual([
      '10:23 router "gateway-api" of shop on "prod" copies requests only where "mirror: true" beside its route says that its Gateway can',
    ])
    expect(told('search')).toEqual([])
  })

  test('knows which services are promoted by a commit of the image alone', () => {
    const text = `name: a
application: shop
stages:
  - id: cart
    type: deploy
    target: prod
    service: cart
    release: { version: '1', image: 'cart:1', env: { COLOUR: red } }
`
    const prod = { release: 'image', services: ['cart'], environment: 'dev', imageOnly: ['cart'] } as const
    const server = { targets: { prod }, metrics: [], hooks: [] }
    const { problems } = validatePipeline(text, 'a.yaml', { server })
    expect(problems.map(short)).toEqual([
      '8:47 cart on "prod" is promoted by a commit, which changes the image alone; put "env" into its repository',
    ])
  })

  test('its view comes from its configuration', () => {
    const configuration = {
      targets: { eu: { type: 'process', environment: 'test', services: { checkout: {} } } },
      metrics: { prom: {} },
      hooks: {},
      connections: { ci: { type: 'http' } },
    }
    expect(serverView(configuration as never)).toEqual({
      targets: { eu: { release: 'command', services: ['checkout'], environment: 'test' } },
      metrics: ['prom'],
      hooks: [],
      connections: { ci: 'http' },
    })
  })
})

describe('hostile input', () => {
  const timed = (text: string) => {
    const start = performance.now()
    const { problems } = validatePipeline(text, 'hostile.yaml')
    const took = performance.now() - start
    expect(took).toBeLessThan(10_000)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(maxProblems)
    return problems.map(short)
  }

  test('a file of a megabyte is refused by its size', () => {
    expect(timed(`name: checkout\n# ${'x'.repeat(1_000_000)}`)).toEqual([
      '1:1 the file is 977 KB; at most 256 KB are read',
    ])
  })

  test.each([
    ['[', '1:33'],
    ['{a: ', '1:129'],
    ['- ', '1:65'],
    ['? ', '1:65'],
  ])('nesting 60,000 deep with "%s" is refused before anything is built', (opening, place) => {
    expect(timed(opening.repeat(60_000))).toEqual([`${place} more than 32 levels inside each other`])
  })

  test('nesting by indentation is refused too', () => {
    const lines = Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`)
    expect(timed(lines.join('\n'))).toEqual(['33:33 more than 32 levels inside each other'])
  })

  test('an alias bomb is refused at its first anchor', () => {
    const bomb = [
      'a: &a [x, x]',
      ...Array.from('bcdefghij', (key, at) => `${key}: &${key} [*${'abcdefghi'[at]}, *${'abcdefghi'[at]}]`),
    ]
    expect(timed(bomb.join('\n'))[0]).toMatch(/^1:4 anchors/)
  })

  test('a million keys are refused, however they are written', { timeout: 30_000 }, () => {
    const keys = Array.from({ length: 1_000_000 }, (_, index) => `k${index}: 1`)
    expect(timed(keys.join('\n'))).toEqual([expect.stringMatching(/^1:1 the file is \d+ KB/)])
    expect(timed(`{${keys.slice(0, 25_000).join(',')}}`)).toEqual([
      expect.stringMatching(/more than 20000 keys and values$/),
    ])
  })

  test('nine thousand unknown keys are told fifty at a time', { timeout: 30_000 }, () => {
    const keys = Array.from({ length: 9_000 }, (_, index) => `k${index}: 1`)
    expect(timed(keys.join('\n'))).toHaveLength(maxProblems)
  })

  test('thousands of stages are refused without looking at each', () => {
    const stages = Array.from({ length: 4_000 }, (_, index) => `- { id: s${index} }`)
    expect(timed(`name: a\napplication: shop\nstages:\n${stages.join('\n')}`)).toEqual([
      '4:1 "stages" must be a list of at most 200 items, not a list',
    ])
  })

  test('two hundred stages that all need each other are told as one circle', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `s${index}`)
    const stages = ids.map((id, index) => `- { id: ${id}, type: wait, for: 1s, needs: [${ids[(index + 1) % 200]}] }`)
    expect(timed(`name: a\napplication: shop\nstages:\n${stages.join('\n')}`)).toEqual([
      expect.stringMatching(/^4:42 stages need each other: s0 needs s1 needs .* needs s0$/),
    ])
  })

  test('control characters, half a surrogate and NUL are told, not thrown', () => {
    for (const text of [
      '\u0000',
      'name: \u0001\n',
      'name: "\ud800"\n',
      '\ufeff\ufeffname: a',
      '\r\r\r',
      '`',
      '@',
      '%',
      '!',
    ])
      timed(text)
  })

  test('no text at all makes it throw, pollute a prototype, or accept', () => {
    const pieces = fc.constantFrom(
      ...[
        'name',
        'application',
        'stages',
        '__proto__',
        'constructor',
        'polluted',
        'id',
        'type',
        'wait',
        'canary',
        '${{',
        '}}',
      ],
      ...[
        '- ',
        ': ',
        '\n',
        '\n  ',
        '\n    ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '"',
        "'",
        '|',
        '>',
        '#',
        '&a',
        '*a',
        '!!x',
        '?',
        '<<',
        '~',
        '0x1',
        '1e9',
        '\t',
        '\r\n',
        '---',
        '...',
        '%',
      ],
    )
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 60 }).map(parts => parts.join('')),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map(units => String.fromCharCode(...units)),
    )
    fc.assert(
      fc.property(text, input => {
        const { problems, pipeline } = validatePipeline(input, 'fuzz.yaml')
        expect(pipeline === null).toBe(problems.length > 0)
        for (const { line, column } of problems) expect(line >= 1 && column >= 1).toBe(true)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      }),
      { numRuns: 1_000 },
    )
  }, 30_000)

  test('a good pipeline with anything in place of one part is refused in words or accepted, never thrown', () => {
    const good = JSON.stringify(validateSource())
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('${{ x }}', '${{', '$${{', '1s', '5%', 'errors', 'http', -1, 0, 60, null, [], {}),
    )
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), values, (position, value) => {
        const text = JSON.stringify(replaced(JSON.parse(good), position, value))
        const { problems, pipeline } = validatePipeline(text, 'mutated.yaml')
        expect(pipeline === null).toBe(problems.length > 0)
        expect(problems.every(problem => problem.message.length > 0 && !problem.message.includes('undefined'))).toBe(
          true,
        )
      }),
      { numRuns: 500 },
    )
  }, 30_000)
})

/** A pipeline as it is written, with most of what can be written. */
function validateSource(): unknown {
  const release = { version: '${{ parameters.version }}', command: ['node'], env: { A: 'b' } }
  const analysis = {
    interval: '10s',
    judge: { type: 'sequential', falseAlarm: '1%' },
    metrics: [{ preset: 'http', margin: '1%' }],
    guardrails: [{ metric: 'errors', above: '20%', atLeast: 50 }],
  }
  const place = { target: 'eu', service: 'checkout' }
  return {
    name: 'checkout',
    application: 'shop',
    parameters: { version: { type: 'string', pattern: '^v', enum: ['v1'], default: 'v1' } },
    stages: [
      {
        id: 'canary',
        type: 'canary',
        ...place,
        release,
        baseline: 'fresh',
        steps: [{ weight: 5, for: '1m' }],
        analysis,
      },
      { id: 'pause', type: 'wait', for: '1s', timeout: '1m' },
      { id: 'us', type: 'deploy', needs: ['canary'], ...place, release: '${{ stages.canary.release }}', instances: 2 },
    ],
  }
}

/** Puts `value` in place of the node that a walk through the tree meets as number `position` (modulo their count). */
function replaced(root: unknown, position: number, value: unknown): unknown {
  const holders: [Record<string, unknown>, string][] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      holders.push([node as Record<string, unknown>, key])
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(root)
  const [holder, key] = holders[position % holders.length]!
  holder[key] = value
  return root
}

describe('a template', () => {
  const stagesOf = (name: string) => validatePipeline(read(`good/${name}`), name, { templates }).pipeline!.stages

  test('becomes stages with the id of its use in front, in the order of its graph', () => {
    expect(stagesOf('templates.yaml').map(({ id, needs }) => `${id} <- ${needs?.join(' ') ?? 'above'}`)).toEqual([
      'eu-deploy <- ',
      'eu-smoke <- above',
      'eu-tell <- eu-deploy',
      'us-deploy <- eu-smoke eu-tell',
      'us-smoke <- above',
      'us-tell <- us-deploy',
      'done <- us-smoke us-tell',
    ])
  })

  test('takes values as values: typed, and as one operand of an expression', () => {
    const [deploy, smoke, tell, other] = stagesOf('templates.yaml')
    expect(deploy).toMatchObject({ target: 'eu', release: { version: '${{ parameters.version }}' } })
    expect(smoke).toMatchObject({ when: '${{ double("10") > 5 }}' })
    expect(tell).toMatchObject({ when: '${{ true }}' })
    expect(other).toMatchObject({ release: { version: "${{ stages['eu-deploy'].release.version }}" } })
  })

  test('cannot be left by a value: quotes and braces stay inside the literal', () => {
    const hostile = `a" + "b' }} \\n {{`
    const text = (template: string) =>
      `name: a\napplication: shop\nstages:\n  - { id: x, template: ${template}, with: { name: ${JSON.stringify(hostile)} } }\n`
    const say = `template: say\nversion: 1\nparameters: { name: { type: string } }\nstages:\n  - { id: say, type: run, target: eu, service: a, command: ["\${{ 'hello ' + parameters.name }}"] }\n`
    const { pipeline, problems } = validatePipeline(text('say@1'), 'a.yaml', {
      templates: [{ file: 'say.yaml', text: say }],
    })
    expect(problems).toEqual([])
    expect(pipeline!.stages[0]).toMatchObject({ command: [`\${{ 'hello ' + ${JSON.stringify(hostile)} }}`] })
  })

  test('of two files with one name and version is refused with both', () => {
    const text = read('templates/wrong.yaml')
    const doubled = ['a.yaml', 'b.yaml'].map(file => ({ file, text }))
    const use = 'name: a\napplication: shop\nstages:\n  - { id: x, template: wrong@2, with: { pause: 1s } }\n'
    const { problems } = validatePipeline(use, 'a.yaml', { templates: doubled })
    expect(problems.map(short)).toEqual([
      '4:24 the template wrong@2 cannot be used: a.yaml and b.yaml both are this one',
    ])
  })
})
