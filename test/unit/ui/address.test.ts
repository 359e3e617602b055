import { describe, expect, test } from 'vitest'
import { executionStatuses } from '../../../pipeline/statuses.ts'
import { filterPath, readFilter, viewOf, views } from '../../../ui/features/executions/filter.ts'
import { partsOf } from '../../../ui/features/session/login-link.ts'
import { isWebAddress } from '../../../ui/kit/safe-link.tsx'
import { executionPath, match } from '../../../ui/router/routes.ts'

const none = { pipeline: null, application: null, status: [], cursor: null }

function filterOf(path: string) {
  return readFilter(new URL(path, 'http://x').searchParams)
}

describe('the address of a view', () => {
  test('leads back to the view', () => {
    expect(match('/')?.view).toBe('executions')
    expect(match('/executions')?.view).toBe('executions')
    expect(match(executionPath('a b/../c'))).toEqual({ view: 'execution', parameters: { id: 'a b/../c' } })
  })

  test('of nothing is no view', () => {
    for (const path of ['/nothing', '/executions/a/b', '/executions/%E0%A4%A']) expect(match(path)).toBeNull()
  })

  test('carries the whole filter, and nothing when there is none', () => {
    const filter = { pipeline: 'checkout', application: 'shop', status: ['running', 'held'], cursor: 'abc=' }
    expect(filterOf(filterPath(filter, { cursor: 'abc=' }))).toEqual(filter)
    expect(filterPath(none, {})).toBe('/executions')
  })

  test('of a changed filter begins at the newest page', () => {
    expect(filterOf(filterPath({ ...none, cursor: 'old' }, { pipeline: 'a' })).cursor).toBeNull()
  })

  test('of a view by status is recognised', () => {
    for (const [name, status] of Object.entries(views))
      expect(viewOf(filterOf(filterPath(none, { status })))).toBe(name)
    expect(viewOf({ ...none, status: ['running', 'failed'] })).toBeNull()
  })
})

test('every status is in one of the views', () => {
  const covered = new Set<string>([...views.Active, ...views.Succeeded, ...views['Ended badly']])
  expect([...covered].sort()).toEqual(Object.keys(executionStatuses).sort())
})

describe('a login link', () => {
  const origin = 'http://127.0.0.1:7000'

  test('holds its code in the fragment, which is never sent', () => {
    expect(partsOf(`${origin}/login#code=abc-_1`, origin)).toEqual({ code: 'abc-_1', next: '/' })
    expect(partsOf('abc-_1', origin).code).toBeNull()
  })

  test('leads on to a path of this page and nowhere else', () => {
    const nextOf = (next: string) => partsOf(`${origin}/login#code=a&next=${encodeURIComponent(next)}`, origin).next
    expect(nextOf('/executions/a?stage=b')).toBe('/executions/a?stage=b')
    for (const elsewhere of ['//evil.example/x', 'https://evil.example', 'javascript:alert(1)', '/\\evil.example'])
      expect(nextOf(elsewhere)).toBe('/')
    expect(nextOf(`${origin}//evil.example`)).toBe('/evil.example')
  })
})

test('only absolute web addresses become links', () => {
  for (const address of ['https://ci.example/5', 'http://ci.example']) expect(isWebAddress(address)).toBe(true)
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    ' javascript:alert(1)',
    '//ci.example',
    '/a',
    'a b',
    '',
  ])
    expect(isWebAddress(text)).toBe(false)
})
