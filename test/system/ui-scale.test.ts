import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, whyNoBrowser } from '../browser.ts'
import { openPages, type Pages } from '../page.ts'
import { type FullServer, sizes, startFullServer } from '../page-scale.ts'

if (browserPath === null) test.skip(`the page over a full store (${whyNoBrowser})`, () => {})

/** How soon it all is: `npm run proof -- page`. Here only that it holds, on however busy a machine. */
describe.skipIf(browserPath === null)('the page over a full store', { timeout: 180_000 }, () => {
  let server: FullServer
  let pages: Pages

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['setup/build.ts'])
    server = await startFullServer()
    pages = await openPages(browserPath as string, () => server.url, `${server.url}/login#code=${server.loginCode()}`)
  })

  afterAll(async () => {
    await pages?.close()
    await server?.stop()
    expect(pages?.unwanted ?? []).toEqual([])
  })

  test('draws only rows near the screen, and reaches older ones by scrolling', async () => {
    const context = await pages.context()
    const page = await pages.signedIn('/executions', context)
    const rows = page.locator('[data-row]')
    await rows.first().waitFor()
    await page.getByText('usually 40s').first().waitFor()
    const newest = await rows.first().getAttribute('href')
    const count = () => page.locator('table').getAttribute('aria-rowcount').then(Number)
    for (let before = await count(), round = 0; round < 4; round += 1) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
      await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before)
      before = await count()
    }
    expect(await count()).toBeGreaterThan(200)
    expect(await rows.count()).toBeLessThan(60)
    const older = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Older' })
    const address = await older.getAttribute('href')
    expect(address).toContain('cursor=')
    await page.goto(address!)
    await rows.first().waitFor()
    expect(await page.locator(`a[href="${newest}"]`).count()).toBe(0)
    await page.getByRole('link', { name: 'Newest' }).click()
    await page.waitForURL('**/executions')
    await context.close()
  })

  test('draws a graph of 200 stages and a report of 60 metrics with every look', async () => {
    const context = await pages.context()
    const workers: string[] = []
    context.on('page', opened => opened.on('worker', worker => workers.push(new URL(worker.url()).pathname)))
    const page = await pages.signedIn('/executions/graph-1?as=graph', context)
    await page.locator('.react-flow__node').first().waitFor()
    expect(await page.locator('.react-flow__node').count()).toBeLessThanOrEqual(sizes.stages)
    expect(workers).toEqual([expect.stringMatching(/^\/assets\/layout\.worker-/)])
    await page.goto('/executions/report-1')
    await page.locator('canvas').first().waitFor()
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
    await page.locator('canvas').nth(2).waitFor()
    expect(await page.locator('table[aria-label^="Metrics"] tbody tr').count()).toBe(sizes.metrics)
    expect(await page.locator('canvas').count()).toBeLessThan(sizes.metrics)
    const series = await server.client.getSeries({ id: 'report-1', stage: 'canary' })
    expect(series.looks).toHaveLength(sizes.looks)
    await context.close()
  })
})
