import axe from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Cookie, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'

/** What must stay text wherever a user can write. */
export const planted = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

/** How long a busy machine may take to draw a page. */
export const patience = 30_000

/** One browser for a file of tests, and an account of everything that must not happen in it. */
export interface Pages {
  /** Scripts that ran, styles that were refused, errors: since it was last emptied. */
  readonly unwanted: string[]
  context(options?: BrowserContextOptions): Promise<BrowserContext>
  /** Makes every page of it one of somebody who has signed in. */
  signIn(context: BrowserContext): Promise<void>
  /** A page of somebody who has signed in. */
  signedIn(path: string, from: BrowserContext): Promise<Page>
  close(): Promise<void>
}

/** Opens the browser and signs in once; `loginLink` is a fresh link of the server at `url`. */
export async function openPages(executablePath: string, url: () => string, loginLink: string): Promise<Pages> {
  const browser = await launchBrowser(executablePath)
  const unwanted: string[] = []
  const context = (options: BrowserContextOptions = {}) =>
    openContext(browser, unwanted, { baseURL: url(), ...options })
  const first = await context()
  const page = await first.newPage()
  await page.goto(loginLink)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const cookies: Cookie[] = await first.cookies()
  await first.close()
  return {
    unwanted,
    context,
    signIn: into => into.addCookies(cookies),
    async signedIn(path, from) {
      await from.addCookies(cookies)
      const opened = await from.newPage()
      await opened.goto(path)
      await opened.getByRole('button', { name: 'Sign out' }).waitFor()
      return opened
    },
    close: () => browser.close(),
  }
}

/** Goes to another view as the page itself does: without loading it anew. */
export function visit(page: Page, path: string): Promise<void> {
  return page.evaluate(to => {
    window.history.pushState(null, '', to)
    window.dispatchEvent(new PopStateEvent('popstate'))
  }, path)
}

/** Rules of axe that a change of colours can break; no other rule reads a colour. */
const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * What is wrong with a view as it stands, one line each: barriers in light and in dark colours as axe finds them, what
 * makes a screen of 320 pixels and one at 200 % zoom scroll sideways, and markup that came from a user's text.
 */
export async function flawsOf(page: Page): Promise<string[]> {
  const size = page.viewportSize()!
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const light = await barriers(page)
  const dark = await barriersInTheDark(page)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 320, height: size.height })
  const narrow = await sticksOut(page)
  await page.setViewportSize({ width: size.width / 2, height: size.height / 2 })
  const zoomed = await sticksOut(page)
  await page.setViewportSize(size)
  const markup = await page.locator('img[src="x"]').count()
  return [
    ...light.map(line => `light: ${line}`),
    ...dark.map(line => `dark: ${line}`),
    ...narrow.map(line => `320 pixels: ${line}`),
    ...zoomed.map(line => `200 %: ${line}`),
    ...(markup > 0 ? ['a text became markup'] : []),
  ]
}

/** How to come to a view, from the one before it in the same lane. */
export type Lane = Readonly<Record<string, (page: Page) => Promise<unknown>>>

/** What is wrong with each view. Lanes are gone through beside each other, each in a context of its own. */
export async function flawsOfLanes(pages: Pages, lanes: readonly Lane[], prepare?: (page: Page) => Promise<void>) {
  const found = await Promise.all(lanes.map(lane => flawsOfLane(pages, lane, prepare)))
  return Object.fromEntries(found.flat().filter(([, flaws]) => flaws.length > 0))
}

async function flawsOfLane(pages: Pages, lane: Lane, prepare = async (_: Page) => {}) {
  const context = await pages.context()
  await pages.signIn(context)
  const page = await context.newPage()
  await prepare(page)
  await page.goto('/')
  const found: [string, string[]][] = []
  for (const [name, open] of Object.entries(lane)) {
    await open(page)
    found.push([name, await flawsOf(page)])
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await context.close()
  return found
}

async function barriersInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
  return whatIsLeft(page, () => barriers(page, colourRules))
}

function sticksOut(page: Page): Promise<string[]> {
  return whatIsLeft(page, () => page.evaluate(whatSticksOut))
}

/** Once the page has had time to follow: not every text takes a new colour, nor everything a new size, in the same frame. */
async function whatIsLeft(page: Page, look: () => Promise<string[]>): Promise<string[]> {
  const until = Date.now() + patience
  for (;;) {
    const found = await look()
    if (found.length === 0 || Date.now() > until) return found
    await page.waitForTimeout(50)
  }
}

/** What keeps people out, one line a rule. */
async function barriers(page: Page, rules?: string[]): Promise<string[]> {
  const { violations } = await page.evaluate(
    // What is no barrier need not be written down, and no rule that runs reads a style sheet.
    only =>
      (window as unknown as { axe: typeof axe }).axe.run({
        resultTypes: ['violations'],
        preload: false,
        ...(only ? { runOnly: only } : {}),
      }),
    rules,
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

/** Runs in the page: what makes it scroll sideways, with its text. */
function whatSticksOut(): string[] {
  const { clientWidth, scrollWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  const wide = [...document.querySelectorAll('body *')].filter(
    element => element.getBoundingClientRect().right > clientWidth,
  )
  return wide.map(element => `${element.tagName}.${element.className} "${element.textContent?.slice(0, 60)}"`)
}

async function openContext(
  browser: Browser,
  unwanted: string[],
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const opened = await browser.newContext({
    viewport: { width: 1280, height: 900 },

    ...options,
  })
  await opened.exposeFunction('reportViolation', (text: string) => unwanted.push(text))
  await opened.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      const report = `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`
      ;(window as unknown as { reportViolation(text: string): void }).reportViolation(report)
    })
  })
  opened.setDefaultTimeout(patience)
  opened.on('page', page => {
    page.on('pageerror', error => unwanted.push(`error: ${error.message}`))
    page.on('dialog', dialog => {
      unwanted.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  })
  return opened
}
