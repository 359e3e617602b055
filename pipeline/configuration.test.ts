import { describe, expect, test } from 'vitest'
import { loadConfiguration, serverView } from './configuration.ts'

function told(text: string): string[] {
  return loadConfiguration(text, 'slipway.yaml').problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  )
}

describe('the server configuration', () => {
  test('has a default for everything', () => {
    const expected = {
      targets: {},
      metrics: {},
      kubernetes: {},
      registries: {},
      connections: {},
      notifications: [],
      pipelines: [],
      secrets: {},
      hooks: {},
      auth: { roles: {}, bindings: [], ci: {} },
      environments: {},
      server: { trustedProxies: [] },
      limits: { requests: 6_000, strangers: 60, open: 3_000, logins: 10 },
      retention: { executions: 90 * 86_400_000 },
    }
    for (const text of ['', '\n', '{}', '# nothing yet\n{}']) {
      expect(loadConfiguration(text, 'slipway.yaml')).toEqual({ configuration: expected, problems: [] })
    }
  })

  test('fills in what a service leaves out', () => {
    const text = 'targets: { eu: { type: process, environment: production, region: eu, services: { shop: {} } } }'
    const { configuration } = loadConfiguration(text, 'slipway.yaml')
    expect(configuration?.targets.eu?.services.shop).toEqual({
      port: 0,
      instances: 2,
      health: '/healthz',
      startTimeout: 30_000,
      directory: '.',
      responseTimeout: 60_000,
      drainTimeout: 10_000,
      clusterHeader: false,
    })
    expect(serverView(configuration!)).toEqual({
      targets: { eu: { release: 'command', services: ['shop'], environment: 'production' } },
      metrics: [],
      hooks: [],
      connections: {},
    })
  })

  test('is strict, at line and column', () => {
    expect(
      told(`target: {}
targets:
  eu:
    type: process
    environment: Production
    services:
      shop: { port: 70000, health: ready, startTimeout: 5, stickyCookie: "a b", instance: 3 }
  US: {}
  asia: { type: nomad, environment: dev, services: {} }
metrics:
  prom: { type: prometheus, url: "ftp://prom" }
pipelines:
  - pipelines
`),
    ).toEqual([
      '1:1 unknown key "target" (did you mean "targets"?); known here: targets, metrics, kubernetes, registries, connections, notifications, pipelines, environments, secrets, tls, server, auth, limits, encryption, hooks, retention',
      '5:18 "environment" must be a name of lower-case letters, digits and dashes, at most 63 characters, not "Production"',
      '7:21 "port" must be at most 65535, not 70000',
      '7:36 "health" must be a path that starts with /, not "ready"',
      '7:57 "startTimeout" must be a duration such as 500ms, 30s, 10m, 1h30m or 2d, not 5',
      '7:74 "stickyCookie" must be a cookie name, not "a b"',
      '7:81 unknown key "instance" (did you mean "instances"?); known here: port, instances, health, startTimeout, directory, responseTimeout, drainTimeout, stickyCookie, clusterHeader',
      '8:3 the key "US" must be a name of lower-case letters, digits and dashes, at most 63 characters',
      '9:17 "type" must be one of "process", "kubernetes", not "nomad"',
      '11:34 "url" must be an http or https address, not "ftp://prom"',
      '13:5 item 1 of "pipelines" must be a map with "directory" or with "repository", not "pipelines"',
    ])
  })

  test('knows Kubernetes clusters, and what their routers can', () => {
    const text = `targets:
  prod:
    type: kubernetes
    environment: production
    namespace: shop
    connection: { kubeconfig: ./config, context: prod }
    services: { checkout: { router: { type: nginx, ingress: shop } }, cart: {} }
`
    const { configuration } = loadConfiguration(text, 'slipway.yaml')
    expect(configuration?.targets.prod).toMatchObject({
      services: { checkout: { adopt: false, progressDeadline: 300_000 }, cart: { router: { type: 'replicas' } } },
    })
    expect(serverView(configuration!).targets).toEqual({
      prod: {
        release: 'image',
        services: ['checkout', 'cart'],
        environment: 'production',
        routers: { checkout: 'nginx', cart: 'replicas' },
      },
    })
    const copying = text.replace('cart: {}', 'cart: { router: { type: gateway-api, route: cart, mirror: true } }')
    const views = serverView(loadConfiguration(copying, 'slipway.yaml').configuration!).targets
    expect(views.prod).toMatchObject({ mirrors: ['cart'] })
    expect(told(text.replace('{ kubeconfig: ./config, context: prod }', '{ token: abc }'))).toEqual([
      '6:17 "connection" must be the name of a connection, a kubeconfig, a server with a tokenFile, or inCluster: true, not a map',
    ])
    expect(told(text.replace('cart: {}', 'cart: { clusterHeader: true }'))).toEqual([
      '7:94 router "replicas" cannot choose a cluster by header',
    ])
    expect(told(text.replace('cart: {}', 'cart: { stickyCookie: seen }'))).toEqual([
      '7:93 router "replicas" cannot keep clients on a cluster by cookie',
    ])
    const promote = 'cart: { promote: { type: git, repository: "file:///delivery.git", file: a.yaml, KEYS } }'
    const withPromotion = (keys: string) => text.replace('cart: {}', promote.replace('KEYS', keys))
    expect(told(withPromotion('image: a.b, tag: a.c, keyFile: key'))).toEqual([
      '7:163 either "image" or "tag" says where the image is, not both',
      '7:173 "keyFile" is for ssh:// addresses; this one is file://',
    ])
    expect(told(withPromotion('').replace('a.yaml', '../a.yaml'))).toEqual([
      '7:143 "file" must be the path of a file in the repository, such as apps/shop/deployment.yaml, not "../a.yaml"',
    ])
    const byCommit = loadConfiguration(withPromotion('branch: main'), 'slipway.yaml').configuration!
    expect(byCommit.targets.prod).toMatchObject({ services: { cart: { promote: { within: 600_000 } } } })
    expect(serverView(byCommit).targets.prod).toMatchObject({ imageOnly: ['cart'] })
  })

  test('knows connections to Kubernetes clusters by name, for targets and for stores of secrets', () => {
    const text = `kubernetes:
  eu: { kubeconfig: ./config, context: eu }
  us: { server: 'https://10.0.0.1:6443', tokenFile: ./token }
targets:
  shop-eu: { type: kubernetes, environment: dev, namespace: shop, connection: eu, services: {} }
  cart-eu: { type: kubernetes, environment: dev, namespace: cart, connection: eu, services: {} }
  shop-us: { type: kubernetes, environment: dev, namespace: shop, connection: us, services: {} }
secrets:
  cluster: { type: kubernetes, connection: us, namespace: slipway }
`
    const eu = { kubeconfig: './config', context: 'eu', name: 'eu' }
    const us = { server: 'https://10.0.0.1:6443', tokenFile: './token', name: 'us' }
    expect(loadConfiguration(text, 'slipway.yaml').configuration).toMatchObject({
      targets: { 'shop-eu': { connection: eu }, 'cart-eu': { connection: eu }, 'shop-us': { connection: us } },
      secrets: { cluster: { connection: us } },
    })
    expect(told(text.replace('connection: eu, services', 'connection: ue, services'))).toEqual([
      '5:79 there is no connection "ue" (did you mean "eu"?); "kubernetes" has eu, us',
    ])
    expect(
      told(text.replace('connection: us, namespace', 'connection: { kubeconfig: a, name: us }, namespace')),
    ).toEqual(['9:61 unknown key "name"; known here: kubeconfig, context'])
  })

  test('refuses a port that is given twice, and a provider called like the built-in one', () => {
    expect(
      told(`targets:
  eu:
    type: process
    environment: dev
    services: { a: { port: 8080 }, b: { port: 8080 }, c: { port: 0 }, d: { port: 0 } }
metrics:
  router: { type: prometheus, url: "http://127.0.0.1:9090" }
`),
    ).toEqual(['5:47 port 8080 is taken by eu/a', '7:3 "router" is built in and cannot be named here'])
  })

  test('is as safe to read as a pipeline', () => {
    expect(told('['.repeat(100_000))).toEqual(['1:33 more than 32 levels inside each other'])
    expect(told('targets: &a { b: *a }')[0]).toMatch(/^1:10 anchors/)
    expect(told('__proto__: { polluted: true }')).toEqual(['1:1 "__proto__" is not allowed as a key'])
    const stored = 'hooks: { ci: { type: github, secret: { store: vaul, path: shop/ci, key: token } } }'
    expect(told(stored)).toEqual(['1:47 there is no store "vaul"; there are none; see "secrets"'])
    const vault = 'secrets: { vault: { type: vault, url: https://vault.example, token: { env: T } } }'
    expect(told(`${stored}\n${vault}`)).toEqual([expect.stringMatching(/^1:47 .*did you mean "vault"/)])
    expect(told(`${stored.replace('vaul,', 'vault,')}\n${vault}`)).toEqual([])
    expect(told('<<: { targets: {} }')).toEqual(['1:1 merge keys (<<) are not supported; write it out'])
  })
})

test('a repository has defaults, and its address and path are checked', () => {
  const repositories = (text: string) => loadConfiguration(`pipelines:\n  - ${text}\n`, 'slipway.yaml')
  expect(repositories('{ repository: https://git.example.org/shop.git }').configuration?.pipelines).toEqual([
    { repository: 'https://git.example.org/shop.git', branch: 'main', path: 'pipelines', poll: 30_000 },
  ])
  for (const wrong of [
    '{ repository: "ext::sh -c true" }',
    '{ repository: /srv/git }',
    '{ repository: https://x/y, path: /etc }',
    '{ repository: https://x/y, path: "--output=x" }',
    '{ repository: https://x/y, poll: 0s }',
    '{ repository: https://x/y, directory: z }',
  ])
    expect(repositories(wrong).problems).toHaveLength(1)
})

test('credentials of a repository fit its address', () => {
  const told = (text: string) =>
    loadConfiguration(`pipelines:\n  - { ${text} }\n`, 'slipway.yaml').problems.map(({ message }) => message)
  expect(told('repository: https://x/y, token: { env: T }, user: ci, caFile: ca.pem')).toEqual([])
  expect(told('repository: ssh://git@x/y, keyFile: id, knownHostsFile: hosts')).toEqual([])
  expect(told('repository: ssh://git@x/y, token: { env: T }')).toEqual([
    '"token" is for https:// addresses; this one is ssh://',
  ])
  expect(told('repository: https://x/y, keyFile: id')).toEqual([
    '"keyFile" is for ssh:// addresses; this one is https://',
  ])
  expect(told('repository: https://x/y, user: ci')).toEqual(['"user" goes with a "token"; there is none'])
  expect(told('repository: https://x/y, report: { connection: hub }')).toEqual([
    'there is no connection "hub"; the server has none',
  ])
  for (const path of ['-oProxyCommand=x', 'a"b', "a'b", '%h', '"a\\nb"'])
    expect(told(`repository: ssh://x/y, keyFile: ${path}`)).toHaveLength(1)
})

describe('who may do what', () => {
  const targets = 'targets: { eu: { type: process, environment: production, services: {} } }\n'

  test('is written as roles and bindings', () => {
    const text = `${targets}auth:
  roles:
    deployer:
      - { allow: [execution:*, pipeline:read], applications: [shop] }
      - { deny: [execution:steer], environments: [production] }
  bindings:
    - { role: deployer, to: [user:ada@shop.example, group:sre, token:bot, ci:shop-main] }
    - { role: reader, to: [everyone] }
`
    expect(told(text)).toEqual([])
  })

  test('is refused where it would not do what it says', () => {
    const text = `${targets}auth:
  roles:
    reader: [{ allow: [pipeline:read] }]
    a: [{ applications: [shop] }]
    b: [{ allow: [execution:red], environments: [prodution] }]
    c: [{ allow: [audit:read], applications: [shop] }]
    d: [{ deny: [execution:read], environments: [production] }]
  bindings: [{ role: readr, to: [ada] }]
`
    expect(told(text)).toEqual([
      '6:19 item 1 of "allow" must be a permission such as execution:start, execution:* or *, not "execution:red"',
      '9:34 item 1 of "to" must be user:NAME, group:NAME, token:NAME, ci:NAME or everyone, not "ada"',
    ])
    expect(told(text.replace('red]', 'read]').replace('[ada]', '[user:ada]'))).toEqual([
      '4:5 the role "reader" is built in; choose another name',
      '5:9 a rule must have "allow" or "deny"',
      '6:51 there is no environment "prodution" (did you mean "production"?); targets have production',
      '7:19 "audit:read" is about the whole server; give it in a rule without applications and environments',
      '8:18 "execution:read" does not hang on environments, so it cannot be denied in some of them',
      '9:22 there is no role "readr" (did you mean "reader"?); known are administrator, reader, a, b, c, d',
    ])
  })
})
