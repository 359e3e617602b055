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

/** What keeps people out, as axe finds it: one line a rule. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

async function openContext(
  browser: Browser,
  unwanted: string[],
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const opened = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
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
