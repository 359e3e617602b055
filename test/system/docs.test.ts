import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../api/cli/program.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { ended } from '../ended.ts'

/** Commands that other tests run, because they are those tests or are too long for here; with where. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm run demo': 'test/system/demo.test.ts',
  'npm test': 'setup/test.ts',
  'npm run check': 'test/system/house.test.ts',
  'npm run bench': 'bench/statistics.test.ts',
  'npm run proof': 'test/system/kills.test.ts',
  'slipway worker --build-id 1.5.0 --config slipway.yaml': 'test/system/worker-versions.test.ts',
}

/** Lines of sessions, which need what a reader has: a cluster, a server of a team, an engine for containers; with who has it. */
const sessions: Readonly<Record<string, string>> = {
  'kubectl create namespace shop': 'test/kubernetes/example.suite.ts',
  'kubectl apply -f examples/kubernetes/shop.yaml': 'test/kubernetes/example.suite.ts',
  'npm run slipway -- kubernetes rbac shop --config examples/kubernetes/slipway.yaml | kubectl apply -f -':
    'test/kubernetes/example.suite.ts',
  'npm run slipway -- serve --config examples/kubernetes/slipway.yaml': 'test/kubernetes/example.suite.ts',
  'npm run slipway -- run checkout-kubernetes -p version=1.1.0': 'test/kubernetes/example.suite.ts',
  'docker build -f setup/container/Dockerfile -t slipway:0.1.0 .': 'test/system/container.test.ts',
  'docker run -p 7070:7070 -v /etc/slipway:/config:ro -e TEMPORAL_ADDRESS -e DATABASE_URL -e SLIPWAY_TOKEN slipway:0.1.0 api --config /config/slipway.yaml --host 0.0.0.0 --public-url https://slipway.example.com':
    'test/system/container.test.ts',
  'npx autocannon --overallRate 400 --duration 120 http://127.0.0.1:PORT': 'test/system/docs.test.ts',
}

const pages = globSync('{README.md,docs/**/*.md,examples/**/*.md}')
const teams = sessionLines(readFileSync('docs/cli.md', 'utf8'))
const commands = [...new Set(pages.flatMap(page => shellLines(readFileSync(page, 'utf8'))))]
/** Of the server in `docs/cli.md`. */
const address = 'https://slipway.example.org'
const slipway = /^(?:npm run (?:-s )?slipway --|slipway) (.*)$/
const isRunHere = (command: string) => slipway.test(command) && !Object.hasOwn(elsewhere, command)

describe('what the pages tell people to type', () => {
  let server: Server
  const data = mkdtempSync(join(tmpdir(), 'slipway-docs-'))

  beforeAll(async () => {
    server = await startServer({ data, configuration: 'examples/checkout/slipway.yaml', args: ['--stop-instances'] })
    await said(['run', 'checkout', '-p', 'version=1.0.0'])
  })

  afterAll(async () => {
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })

  test('is not empty', () => expect(commands.length).toBeGreaterThan(5))

  test.each(commands.filter(command => !isRunHere(command)))('%s is what a test runs', command => {
    const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts
    expect(Object.keys(elsewhere)).toContain(command)
    if (command.startsWith('npm')) expect(Object.keys(scripts)).toContain(command.replace(/^npm (run )?/, ''))
    expect(existsSync(elsewhere[command] as string)).toBe(true)
  })

  test.each(commands.filter(isRunHere).map(command => slipway.exec(command)![1]!))(
    'slipway %s does what it says',
    { timeout: 120_000 },
    async text => {
      const args = text.split(' ')
      // `beforeAll` has done just that, on free ports.
      if (args[0] === 'serve') return expect(text).toBe('serve --config examples/checkout/slipway.yaml')
      const { code, output } = await said(args)
      // Without load nobody can tell whether a release is good: the example's pipeline takes it back (exit code 4).
      expect([0, 4], output).toContain(code)
    },
  )

  test('what is typed in sessions is what a test does', () => {
    const typed = pages.flatMap(page => sessionLines(readFileSync(page, 'utf8'))).filter(line => !teams.includes(line))
    expect(new Set(typed)).toEqual(new Set(Object.keys(sessions)))
    for (const file of Object.values(sessions)) expect(existsSync(file), file).toBe(true)
  })

  test('a token of a server logs in to it by name, from wherever one is', { timeout: 120_000 }, async () => {
    expect(teams.map(line => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'token create',
      `login ${address}`,
      'context use',
      'run checkout',
    ])
    const [create, login, use, run] = teams.map(line => line.replace(address, server.url).split(' ').slice(1))
    const { output: created } = await said(create!)
    const [token] = /^slp_\S+/.exec(created)!
    const home = { XDG_CONFIG_HOME: mkdtempSync(join(data, 'home-')), SLIPWAY_DATA: undefined }
    const away = (args: readonly string[], typed = '') => said(args, { env: home, typed })
    expect(await away(login!, token)).toMatchObject({ code: 0 })
    expect(await away([...login!.slice(0, -1), 'staging'], token)).toMatchObject({ code: 0 })
    expect(await away(use!)).toMatchObject({ code: 0 })
    expect((await away(['context', 'list'])).output).toMatch(/prod[\s\S]*staging/)
    // Another line of the pages may have brought the same version in, which was taken back then.
    const { code, output } = await away(run!.map(word => word.replace('=1.1.0', '=1.9.0')))
    expect([0, 4], output).toContain(code)
  })

  test('the load that the example asks for reaches its service', async () => {
    const [, words] = /^\$ npx (autocannon .*)$/m.exec(readFileSync('examples/checkout/README.md', 'utf8'))!
    const { port } = new URL((await server.client.listTargets()).items[0]!.services[0]!.url!)
    const args = words!.replace('PORT', port).replace('--duration 120', '--duration 1').split(' ')
    const { code, output } = await ended(spawn('npx', args, { stdio: ['ignore', 'pipe', 'pipe'] }))
    expect(code, output).toBe(0)
    expect(output).toMatch(/^[1-9]\d* requests in 1/m)
  })

  test.each(pages)('%s links to what exists', page => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link as string)
    expect(links.filter(link => !existsSync(join(dirname(page), link)))).toEqual([])
  })

  /** As the program does it, without a process for each. */
  async function said(
    args: readonly string[],
    { env = {}, typed = '' }: { env?: NodeJS.ProcessEnv; typed?: string } = {},
  ): Promise<{ code: number; output: string }> {
    const output = new PassThrough()
    const own = { ...process.env, SLIPWAY_DATA: data, ...env }
    const code = await runProgram(args, {
      stdin: new PassThrough().end(typed),
      stdout: output,
      stderr: output,
      env: own,
    })
    return { code, output: String(output.read() ?? '') }
  }
})

test('the README shows the pipeline that the demo runs', () => {
  const [, shown] = /```yaml\n(name: checkout[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  const real = readFileSync('examples/checkout/pipelines/checkout.yaml', 'utf8').replace(/^#.*\n/, '')
  expect(shown).toBe(real)
})

test('npm finds the project’s own Node.js first', () => {
  const { stdout } = spawnSync('npm', ['exec', '--', 'node', '--version'], { encoding: 'utf8' })
  expect(stdout.trim()).toBe(`v${JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')).version}`)
})

/** What is typed in ```console blocks, without comments. */
function sessionLines(page: string): string[] {
  const lines = linesOf(page, 'console').filter(line => line.startsWith('$ '))
  return lines.map(line => line.slice(2))
}

/** The lines of ```sh blocks, without comments. */
function shellLines(page: string): string[] {
  return linesOf(page, 'sh').filter(line => line !== '')
}

function linesOf(page: string, language: string): string[] {
  const fenced = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g')
  const blocks = [...page.matchAll(fenced)].map(([, block]) => block!)
  const lines = blocks.flatMap(block => block.replace(/\\\n\s*/g, '').split('\n'))
  return lines.map(line => line.replace(/\s+#.*$/, '').trim())
}
