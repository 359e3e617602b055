import { describe, expect, test } from 'vitest'
import type { Stage } from '../schema/stage.ts'
import { hasTemplates, parseTemplate, TemplateError } from './templates.ts'

function sources(template: string): string[] {
  return parseTemplate(template).map(part => (part.kind === 'text' ? part.text : `<${part.source}>`))
}

describe('a template', () => {
  test.each([
    ['', ['']],
    ['plain', ['plain']],
    ['${{ a }}', ['< a >']],
    ['v${{a}}-${{ b }}.', ['v', '<a>', '-', '< b >', '.']],
    ['$${{ a }}', ['${{ a }}']],
    ['$${{ a }} ${{ b }}', ['${{ a }} ', '< b >']],
    ['$ {{ a }} {{ b }} ${ c }', ['$ {{ a }} {{ b }} ${ c }']],
    ['${{ \'}}\' + "}}" }}x', ['< \'}}\' + "}}" >', 'x']],
    ["${{ 'it\\'s }}' }}", ["< 'it\\'s }}' >"]],
    ["${{ r'\\' }}x", ["< r'\\' >", 'x']],
    ["${{ '''a'}}''' }}x", ["< '''a'}}''' >", 'x']],
    ["${{ {'a': {'b': 1}} }}", ["< {'a': {'b': 1}} >"]],
    ["${{ {'a': {'b': 1}}}}", ["< {'a': {'b': 1}}>"]],
    ["${{ a // it's }}\n }}x", ["< a // it's }}\n >", 'x']],
    ['rate(x{${{ selector }}}[${{ window }}])', ['rate(x{', '< selector >', '}[', '< window >', '])']],
  ])('%j is taken apart', (template, parts) => {
    expect(sources(template)).toEqual(parts)
  })

  test('that is not closed is refused where it opens', () => {
    for (const template of ['ab ${{ x', 'ab ${{ "x }}', 'ab ${{ [x }}', 'ab ${{ x }', 'ab ${{']) {
      expect(() => parseTemplate(template)).toThrow(TemplateError)
      expect(() => parseTemplate(template)).toThrow(expect.objectContaining({ offset: 3 }))
    }
  })

  test('with very many expressions is refused', () => {
    expect(() => parseTemplate('${{a}}'.repeat(5_000))).toThrow('too many expressions')
  })

  test('knows where its expressions are', () => {
    expect(parseTemplate('ab${{ x }}')[1]).toEqual({ kind: 'expression', source: ' x ', start: 2, expressionStart: 5 })
  })
})

test('a stage has templates when one must be evaluated before it starts', () => {
  const deploy = (version: string): Stage => ({
    id: 'a',
    type: 'deploy',
    target: 'eu',
    service: 'checkout',
    strategy: 'rolling',
    release: { version, command: ['node'] },
  })
  expect(hasTemplates(deploy('1'))).toBe(false)
  expect(hasTemplates(deploy('${{ parameters.version }}'))).toBe(true)
  expect(hasTemplates({ id: 'a', type: 'wait', for: 1, when: '${{ true }}' })).toBe(false)
})
