import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rights } from '../../pipeline/permissions.ts'
import { auth } from '../../pipeline/schema/configuration/auth.ts'
import { createPolicy, unknownEnvironment } from './policy.ts'

function policy(roles: object, bindings: object[]) {
  return createPolicy(auth.parse({ roles, bindings }))
}

const inProduction = { application: 'shop', environments: ['production'] }
const inBoth = { application: 'shop', environments: ['staging', 'production'] }
const inStaging = { application: 'shop', environments: ['staging'] }

describe('what somebody may do', () => {
  test('is nothing, unless a rule gives it', () => {
    const { access, roles } = policy({}, []).accessOf(['user:ada', 'group:sre'])
    expect(roles).toEqual([])
    for (const right of rights) {
      expect(access.can(right, inStaging)).toBe(false)
      expect(access.canSomewhere(right)).toBe(false)
      expect(access.visible(right)).toEqual({ only: [], except: [] })
    }
  })

  test('comes from every role that is bound to them, by name, by group, or to everyone', () => {
    const roles = {
      a: [{ allow: ['execution:start'] }],
      b: [{ allow: ['execution:steer'] }],
      c: [{ allow: ['pipeline:read'] }],
      d: [{ allow: ['*'] }],
    }
    const bindings = [
      { role: 'a', to: ['user:ada'] },
      { role: 'b', to: ['group:sre'] },
      { role: 'c', to: ['everyone'] },
      { role: 'd', to: ['user:bob', 'group:ada', 'token:ada', 'ci:ada'] },
    ]
    const { access, roles: names } = policy(roles, bindings).accessOf(['user:ada', 'group:sre'])
    expect(names).toEqual(['a', 'b', 'c'])
    expect(rights.filter(right => access.canSomewhere(right))).toEqual([
      'execution:start',
      'execution:steer',
      'pipeline:read',
    ])
  })

  test('needs the right in every environment that a run touches', () => {
    const roles = { a: [{ allow: ['execution:*'], applications: ['shop'], environments: ['staging'] }] }
    const { access } = policy(roles, [{ role: 'a', to: ['user:ada'] }]).accessOf(['user:ada'])
    expect(access.can('execution:start', inStaging)).toBe(true)
    expect(access.can('execution:start', inBoth)).toBe(false)
    expect(access.can('execution:start', { ...inStaging, application: 'bank' })).toBe(false)
    expect(access.can('execution:start', { application: 'shop', environments: [unknownEnvironment] })).toBe(false)
    expect(access.canSomewhere('execution:start', 'staging')).toBe(true)
    expect(access.canSomewhere('execution:start', 'production')).toBe(false)
  })

  test('is lost where a rule denies it, whatever else allows it', () => {
    const roles = { a: [{ allow: ['*'] }], b: [{ deny: ['execution:*'], environments: ['production'] }] }
    const to = ['user:ada']
    const { access } = policy(roles, [
      { role: 'a', to },
      { role: 'b', to },
    ]).accessOf(to)
    expect(access.can('execution:steer', inProduction)).toBe(false)
    expect(access.can('execution:steer', inBoth)).toBe(false)
    expect(access.can('execution:steer', inStaging)).toBe(true)
    expect(access.can('execution:steer', { application: 'shop', environments: [] })).toBe(true)
    expect(access.can('execution:steer', { application: 'shop', environments: [unknownEnvironment] })).toBe(false)
    // Reading hangs on the application alone.
    expect(access.can('execution:read', inProduction)).toBe(true)
    expect(access.canSomewhere('execution:steer', 'production')).toBe(false)
  })

  test('lists show the applications that are allowed, without those that are denied', () => {
    const rules = [
      { allow: ['execution:read'], applications: ['shop', 'bank'] },
      { deny: ['execution:read'], applications: ['bank'] },
    ]
    const of = (roles: object) => policy(roles, [{ role: 'a', to: ['everyone'] }]).accessOf([]).access
    expect(of({ a: rules }).visible('execution:read')).toEqual({ only: ['shop', 'bank'], except: ['bank'] })
    expect(of({ a: [{ allow: ['*'] }, rules[1]!] }).visible('execution:read')).toEqual({ only: null, except: ['bank'] })
    expect(of({ a: [{ allow: ['*'] }, { deny: ['*'] }] }).visible('execution:read').only).toEqual([])
  })

  test('of the whole server is not given by a rule about one application', () => {
    const roles = { a: [{ allow: ['*'], applications: ['shop'] }], b: [{ deny: ['*'], applications: ['shop'] }] }
    const to = ['user:ada']
    const some = policy(roles, [{ role: 'a', to }]).accessOf(to).access
    expect(['audit:read', 'token:manage', 'server:read'].filter(r => some.canSomewhere(r as 'audit:read'))).toEqual([])
    const but = policy(roles, [
      { role: 'administrator', to },
      { role: 'b', to },
    ]).accessOf(to).access
    expect(but.canSomewhere('audit:read')).toBe(true)
    expect(but.can('execution:read', inStaging)).toBe(false)
  })

  test('never grows by a denial, and never shrinks by a grant', () => {
    const some = (...names: string[]) => fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 })
    const effect = fc.constantFrom('allow', 'deny')
    const rule = fc
      .record({
        effect,
        rights: some('*', 'execution:*', 'execution:steer', 'execution:read', 'audit:read'),
        applications: some('*', 'shop', 'bank'),
        environments: some('*', 'staging', 'production'),
      })
      .map(({ effect, rights, ...where }) => ({ [effect]: rights, ...where }))
    const place = fc.record({
      application: fc.constantFrom('shop', 'bank'),
      environments: fc.subarray(['staging', 'production', unknownEnvironment]),
    })
    fc.assert(
      fc.property(fc.array(rule), rule, place, fc.constantFrom(...rights), (rules, more, where, right) => {
        const can = (all: object[]) =>
          policy({ a: all.length === 0 ? [{ allow: ['pipeline:read'], applications: ['none'] }] : all }, [
            { role: 'a', to: ['everyone'] },
          ])
            .accessOf([])
            .access.can(right, where)
        const [before, after] = [can(rules), can([...rules, more])]
        if ('deny' in more) expect(after && !before).toBe(false)
        else expect(before && !after).toBe(false)
      }),
    )
  })
})
