import { expect, test } from 'vitest'
import { loadConfiguration } from '../../configuration.ts'

const check = (connection: string) => {
  const { problems } = loadConfiguration(`connections:\n  ci: ${connection}\n`, 'slipway.yaml')
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test('every kind of connection is understood', () => {
  const text = `
connections:
  ci: { type: http, url: 'https://ci.example/api', headers: { authorization: { env: CI_TOKEN } }, addresses: [10.2.0.0/16] }
  chat: { type: slack, url: { env: SLACK_URL } }
  bus: { type: webhook, url: 'https://bus.example/in', secret: { file: /run/secrets/bus }, format: cdevents }
  mail: { type: email, host: smtp.example, user: slipway, password: { env: SMTP }, from: a@b.example, to: [c@d.example] }
  repo: { type: github, repository: acme/shop, token: { env: GITHUB_TOKEN } }
`
  const { problems, configuration } = loadConfiguration(text, 'slipway.yaml')
  expect(problems).toEqual([])
  expect(configuration?.connections.mail).toMatchObject({ port: 587, tls: 'starttls', timeout: 10_000 })
  expect(configuration?.connections.repo).toMatchObject({ url: 'https://api.github.com' })
})

test('what is not is refused at its place, secrets in plain text above all', () => {
  expect(check('{ type: http, url: "ftp://a.example" }')).toEqual([
    '2:26 "url" must be an http or https address, not "ftp://a.example"',
  ])
  expect(check('{ type: http, url: "http://a.example", hosts: ["http://b.example/path"] }')).toEqual([
    '2:54 item 1 of "hosts" must be an origin such as https://ci.example.com or http://10.0.0.7:8080, not "http://b.example/path"',
  ])
  expect(check('{ type: http, url: "http://a.example", addresses: [10.0.0.0/99] }')).toEqual([
    '2:58 item 1 of "addresses" must be a network such as 10.2.0.0/16, 127.0.0.1/32 or fd00::/8, not "10.0.0.0/99"',
  ])
  expect(check('{ type: webhook, url: "http://a.example", secret: whsec_abc }')).toEqual([
    '2:57 "secret" must be a reference to a secret: a map with "env", with "file", or with "store", "path" and "key", not "whsec_abc"',
  ])
  expect(check('{ type: smtp }')).toEqual([
    '2:15 "type" must be one of "http", "slack", "webhook", "email", "github", not "smtp"',
  ])
})
