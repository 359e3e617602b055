import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/**
 * Pictures of every view in light, dark and on a phone:
 *
 *   npx node ui/dev/screenshots.ts --url http://127.0.0.1:7000 --token TOKEN [--execution ID] [--to docs/images]
 *
 * Without `--execution` the newest one with a canary is taken. CHROMIUM_PATH names the browser.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string', default: '' },
    execution: { type: 'string' },
    to: { type: 'string', default: 'docs/images' },
  },
})
if (values.url === undefined) throw new Error('--url is missing: the address of a running server')
const url = values.url.replace(/\/$/, '')

const desktop = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1.5 }
const looks = {
  light: { colorScheme: 'light', ...desktop },
  dark: { colorScheme: 'dark', ...desktop },
  phone: {
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
} as const satisfies Record<string, BrowserContextOptions>

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
})
try {
  await mkdir(values.to, { recursive: true })
  const id = values.execution ?? (await newestCanary())
  for (const name of Object.keys(looks) as (keyof typeof looks)[]) await shoot(browser, name, id)
} finally {
  await browser.close()
}

async function shoot(from: Browser, name: keyof typeof looks, id: string): Promise<void> {
  const context = await from.newContext(looks[name])
  const page = await context.newPage()
  await signIn(page)
  await page.goto(`${url}/executions`)
  await page.locator('[data-row]').first().waitFor()
  await save(page, `executions-${name}`)
  await page.goto(`${url}/executions/${encodeURIComponent(id)}`)
  // The charts come in a file of their own, after everything else.
  await page.locator('canvas').first().waitFor()
  if (name !== 'phone') await page.setViewportSize({ width: 1280, height: 1120 })
  await save(page, `execution-${name}`)
  await context.close()
}

async function save(page: Page, name: string): Promise<void> {
  const path = join(values.to, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  console.log(path)
}

/** A login link works once, so every browser gets its own. */
async function signIn(page: Page): Promise<void> {
  if (values.token === '') return
  const link = (await call('POST', '/api/v1/session/link')) as { url: string }
  await page.goto(link.url)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

async function newestCanary(): Promise<string> {
  const { items } = (await call('GET', '/api/v1/executions')) as { items: { id: string; stages: { type: string }[] }[] }
  const found = items.find(({ stages }) => stages.some(({ type }) => type === 'canary'))
  if (found === undefined) throw new Error(`there is no execution with a canary at ${url}`)
  return found.id
}

async function call(method: string, path: string): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${values.token}`, 'x-slipway-csrf': '1' },
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}
