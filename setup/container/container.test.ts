import { existsSync, readFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { runProgram } from '../../api/cli/program.ts'

/** The build itself needs a machine with a builder; here is what can go wrong without anybody noticing. */
const file = readFileSync('setup/container/Dockerfile', 'utf8')

describe('the container file', () => {
  test('has the Node.js that the project is tested with', () => {
    const { node } = JSON.parse(readFileSync('package.json', 'utf8')).devDependencies
    expect([...file.matchAll(/^FROM node:(\S+)-bookworm-slim/gm)].map(([, version]) => version)).toEqual([node, node])
  })

  test('runs scripts and copies files that there are', () => {
    const named = [...file.matchAll(/node (setup\/\S+)|^COPY (package\S+) (package\S+)|\/opt\/slipway\/(api\/\S+)/gm)]
    const paths = named.flatMap(([, ...groups]) => groups.filter(path => path !== undefined))
    expect(paths.length).toBeGreaterThanOrEqual(5)
    expect(paths.filter(path => !existsSync(path))).toEqual([])
  })

  test('ends as a user that is not root, as a number', () => {
    const [last = ''] = [...file.matchAll(/^USER (.*)$/gm)].map(([, user]) => user).slice(-1)
    expect(Number(last)).toBeGreaterThan(0)
  })

  test('and the manifests start it with command lines that it takes', { timeout: 60_000 }, async () => {
    const [, given] = /^CMD (\[.*\])$/m.exec(file)!
    const manifests = ['install.yaml', 'scale-out.yaml'].flatMap(name =>
      parseAllDocuments(readFileSync(`examples/kubernetes/${name}`, 'utf8')).map(document => document.toJS()),
    )
    const containers = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? [])
    const lines: string[][] = [JSON.parse(given!), ...containers.map(({ args }) => args)]
    expect(lines).toHaveLength(4)
    // There is no such configuration here, which is all that may be wrong.
    for (const line of lines)
      expect(await said(line)).toMatch(/^the configuration \/config\/slipway\.yaml: there is no such file/)
  })
})

async function said(args: readonly string[]): Promise<string> {
  const stderr = new PassThrough()
  const env = { SLIPWAY_DATA: '/nowhere' }
  const code = await runProgram(args, { stdin: Readable.from([]), stdout: new PassThrough(), stderr, env })
  expect(code).toBe(2)
  return (stderr.read() as Buffer).toString()
}
