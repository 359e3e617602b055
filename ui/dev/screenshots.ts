import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/**
 * Pictures of the views in light, dark and on a phone, over the made-up executions of `ui/dev/server.ts`:
 *
 *   npx vite build ui && npx node ui/dev/server.ts 7100 &
 *   npx node ui/dev/screenshots.ts --url http://127.0.0.1:7100 [--to docs/images] [--only inbox]
 *
 * With `--url` and `--token` of a real server the same of what is there. CHROMIUM_PATH names the browser.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string', default: '' },
    to: { type: 'string', default: 'docs/images' },
    only: { type: 'string' },
  },
})
if (values.url === undefined) throw new Error('--url is missing: the address of a running server')
const url = values.url.replace(/\/$/, '')

const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true }
const looks = {
  light: { colorScheme: 'light', ...desktop },
  dark: { colorScheme: 'dark', ...desktop },
  phone: { colorScheme: 'light', ...phone },
} as const satisfies Record<string, BrowserContextOptions>

type Look = keyof typeof looks

interface Shot {
  path(): Promise<string> | string
  /** What is there when the view is whole. */
  whole: string
  height?: number
  before?(page: Page): Promise<void>
}

const shots: Record<string, Shot> = {
  executions: { path: () => '/executions', whole: '[data-row]' },
  execution: { path: () => canaryPath('rolled-back'), whole: 'canvas', height: 1_340 },
  canary: { path: () => canaryPath('running'), whole: 'canvas', height: 1_340 },
  graph: { path: async () => `${await canaryPath('running')}?as=graph`, whole: '.react-flow__node' },
  inbox: { path: () => '/inbox', whole: 'main article' },
  judgment: {
    path: () => '/inbox',
    whole: 'main article',
    before: page => page.getByRole('button', { name: 'Answer…' }).first().click(),
  },
  pipelines: { path: () => '/pipelines', whole: 'main h2' },
  pipeline: { path: () => '/pipelines/checkout', whole: '.react-flow__node', height: 960 },
  simulation: {
    path: () => '/pipelines/checkout',
    whole: '.react-flow__node',
    height: 1_000,
    async before(page) {
      const panel = page.getByRole('region', { name: 'Simulation' })
      await panel.getByRole('button').click()
      await panel.getByText('A good release takes').waitFor()
      await panel.evaluate(element => element.scrollIntoView())
    },
  },
  traffic: { path: () => '/traffic', whole: 'main canvas' },
  targets: { path: () => '/targets', whole: 'main h3', height: 1_000 },
  audit: { path: () => '/audit', whole: 'main ol li' },
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
})
try {
  await mkdir(values.to, { recursive: true })
  for (const look of Object.keys(looks) as Look[]) await shoot(browser, look)
} finally {
  await browser.close()
}

async function shoot(from: Browser, look: Look): Promise<void> {
  const context = await from.newContext(looks[look])
  const page = await context.newPage()
  await signIn(page)
  for (const [name, shot] of Object.entries(shots)) {
    if (values.only !== undefined && values.only !== name) continue
    const { width, height } = looks[look].viewport
    await page.setViewportSize({ width, height: look === 'phone' ? height : (shot.height ?? height) })
    await page.goto(url + (await shot.path()))
    await page.locator(shot.whole).first().waitFor()
    await shot.before?.(page)
    // Dots need a moment to spread, charts to come near the screen.
    await page.waitForTimeout(2_500)
    const path = join(values.to, `${name}-${look}.png`)
    await page.screenshot({ path, animations: 'disabled' })
    console.log(path)
  }
  await context.close()
}

/** A login link works once, so every browser gets its own. */
async function signIn(page: Page): Promise<void> {
  if (values.token === '') return
  const link = (await call('POST', '/api/v1/session/link')) as { url: string }
  await page.goto(link.url)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** The newest execution with a canary, of that status when there is one. */
async function canaryPath(status: string): Promise<string> {
  interface Run {
    id: string
    status: string
    stages: { type: string }[]
  }
  const { items } = (await call('GET', '/api/v1/executions')) as { items: Run[] }
  const canaries = items.filter(({ stages }) => stages.some(({ type }) => type === 'canary'))
  const found = canaries.find(one => one.status === status) ?? canaries[0]
  if (found === undefined) throw new Error(`there is no execution with a canary at ${url}`)
  return `/executions/${encodeURIComponent(found.id)}`
}

async function call(method: string, path: string): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${values.token}`, 'x-slipway-csrf': '1' },
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}
