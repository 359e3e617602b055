import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { runProgram } from '../program.ts'

let folder: string
let config: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-rbac-'))
  config = join(folder, 'slipway.yaml')
  writeFileSync(
    config,
    `targets:
  prod:
    type: kubernetes
    environment: production
    namespace: shop
    connection: { inCluster: true }
    services: { cart: { router: { type: istio, virtualService: cart } } }
  copying:
    type: kubernetes
    environment: production
    namespace: shop
    connection: { inCluster: true }
    services: { cart: { router: { type: gateway-api, route: cart, mirror: true } } }
  local: { type: process, environment: dev, services: {} }
`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

async function rbac(...args: string[]) {
  const written: Record<'out' | 'err', string[]> = { out: [], err: [] }
  const stream = (key: 'out' | 'err') => ({ write: (text: string) => written[key].push(text) > 0 })
  const io = { stdout: stream('out'), stderr: stream('err'), env: {} }
  const code = await runProgram(['kubernetes', 'rbac', ...args, '--config', config], io as never)
  return { code, out: written.out.join(''), err: written.err.join('') }
}

describe('slipway kubernetes rbac', () => {
  test('prints a Role for the namespace and routers of the target, and its binding', async () => {
    const { code, out } = await rbac('prod', '--service-account', 'tools/slipway')
    expect(code).toBe(0)
    const [role, binding] = parseAllDocuments(out).map(document => document.toJS())
    expect(role).toMatchObject({ kind: 'Role', metadata: { name: 'slipway-prod', namespace: 'shop' } })
    const resources = role.rules.flatMap((rule: { resources: string[] }) => rule.resources)
    expect(resources).toContain('virtualservices')
    expect(resources).not.toContain('httproutes')
    expect(resources).not.toContain('secrets')
    expect(JSON.stringify(role)).not.toContain('*')
    expect(binding).toMatchObject({
      roleRef: { kind: 'Role', name: 'slipway-prod' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'tools', name: 'slipway' }],
    })
  })

  test('adds a look at Gateways where requests may be copied through one, and nowhere else', async () => {
    const all = async (...args: string[]) => parseAllDocuments((await rbac(...args)).out).map(one => one.toJS())
    expect((await all('prod')).map(({ kind }) => kind)).toEqual(['Role', 'RoleBinding'])
    const [, , role, binding] = await all('copying')
    expect(role).toMatchObject({
      kind: 'ClusterRole',
      metadata: { name: 'slipway-copying' },
      rules: [{ resources: ['gateways', 'gatewayclasses'], verbs: ['get'] }],
    })
    expect(binding).toMatchObject({
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: role.metadata.name },
    })
  })

  test('names the targets there are', async () => {
    const { code, err } = await rbac('local')
    expect(code).toBe(2)
    expect(err).toContain('has no target "local" of type kubernetes (it has: prod, copying)')
  })
})
