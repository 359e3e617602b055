import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApprovalLinks } from '../../activities/approval-links.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { browserPath, whyNoBrowser } from '../browser.ts'
import { barriers, openPages, type Pages, planted } from '../page.ts'

const linkKey = 'a key of links that is long enough'

if (browserPath === null) test.skip(`the views in a real browser (${whyNoBrowser})`, () => {})

describe.skipIf(browserPath === null)('the views on a real server', { timeout: 300_000 }, () => {
  const data = mkdtempSync(join(tmpdir(), 'slipway-views-'))
  let server: Server
  let pages: Pages
  let context: BrowserContext
  /** Waits for people all the time. */
  let asking: string

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['setup/build.ts'])
    const configuration = 'test/fixtures/views/slipway.yaml'
    const env = { ...process.env, SLIPWAY_TEST_LINKS: linkKey }
    server = await startServer({ data, configuration, args: ['--stop-instances'], env })
    pages = await openPages(browserPath as string, () => server.url, server.url + (await loginPath()))
    asking = await startAsking('1.0.0')
  })

  afterAll(async () => {
    await pages?.close()
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })

  beforeEach(async () => {
    pages.unwanted.length = 0
    context = await pages.context()
  })

  afterEach(async () => {
    await context.close()
    expect(pages.unwanted).toEqual([])
  })

  /** The server says where people reach it, which is not where it listens. */
  async function loginPath(): Promise<string> {
    const { pathname, hash } = new URL((await server.client.createLoginLink()).url)
    return pathname + hash
  }

  /** What a message in a chat carries. */
  async function approvalPath(id: string): Promise<string> {
    const { progress } = (await server.client.getExecution({ id })).stages.find(stage => stage.id === 'ask')!
    const { seen, until } = progress!.judgment!
    const links = createApprovalLinks({
      configuration: { keys: [{ env: 'KEY' }], lifetime: 600_000 },
      ...{ url: 'http://slipway.example', secrets: localSecrets({ KEY: linkKey }), now: Date.now },
    })
    const order = { execution: id, stage: 'ask', seen, until, connection: 'chat', subject: null }
    const { url } = await links.make({ ...order, message: id, at: new Date().toISOString() })
    return new URL(url).pathname + new URL(url).hash
  }

  /** A run that has come to its judgment. */
  async function startAsking(version: string): Promise<string> {
    const { id } = await server.client.startExecution({ name: 'release', body: { parameters: { version } } })
    await until(id, ({ stages }) => stages.some(({ progress }) => progress?.judgment !== undefined))
    return id
  }

  async function until(id: string, holds: (execution: Execution) => boolean): Promise<Execution> {
    const deadline = Date.now() + 60_000
    for (let execution = await server.client.getExecution({ id }); ; ) {
      if (holds(execution)) return execution
      if (Date.now() > deadline) throw new Error(`${id} never came so far: ${JSON.stringify(execution)}`)
      execution = await server.client.getExecution({ id, wait: '5s', after: execution.position })
    }
  }

  test('the inbox has what waits for people, and its number is in the title of every tab', async () => {
    const page = await pages.signedIn('/executions', context)
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(2) Executions · Slipway')
    await page.keyboard.press('i')
    await page.waitForURL('**/inbox')
    await page.getByText('ask asks for a judgment').waitFor()
    await page.getByText(/broken.yaml:4:\d+ .*wayt/).waitFor()
    const more = await startAsking('1.0.1')
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(3) Inbox · Slipway')
    await server.client.cancelExecution({ id: more })
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(2) Inbox · Slipway')
  })

  test('a judgment says what changes and who may, needs its inputs, and is approved by keyboard alone', async () => {
    const id = await startAsking('1.1.0')
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByText('ask: needs 1 approval').waitFor()
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: 'release: ask' })
    await dialog.getByText(planted, { exact: true }).waitFor()
    await dialog.getByText(/shop on local .*→ 1\.1\.0/).waitFor()
    await dialog.getByText(/Everyone with the right to approve may approve/).waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByText('A value is needed.').waitFor()
    await dialog.getByLabel('ticket').focus()
    await page.keyboard.type('T-1')
    for (let tab = 0; tab < 4; tab += 1) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    const { stages } = await until(id, ({ status }) => status === 'succeeded')
    expect(stages.find(one => one.id === 'ask')!.outputs).toMatchObject({ inputs: { ticket: 'T-1' } })
  })

  test('a link of a message decides nothing by being opened, outlives the sign-in, and is used up by an answer', async () => {
    const id = await startAsking('1.1.1')
    const path = await approvalPath(id)
    const page = await context.newPage()
    await page.goto(path)
    await page.getByLabel('Login link or code').fill(server.url + (await loginPath()))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Approve ask?' }).waitFor()
    expect(await barriers(page)).toEqual([])
    expect((await server.client.getExecution({ id })).status).toBe('waiting')
    await page.getByLabel('ticket').fill('T-3')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.waitForURL(`**/executions/${id}`)
    await until(id, ({ status }) => status === 'succeeded')
    await page.goto('/inbox')
    await page.goto(path)
    await page.getByText('This link cannot be used.').waitFor()
    await page.getByText(/this link was used already/).waitFor()
  })

  test('a rejection needs a reason', async () => {
    const id = await startAsking('1.2.0')
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByRole('button', { name: 'Answer…' }).click()
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByText('Say why you reject it.').waitFor()
    await page.keyboard.type('not today')
    await page.getByLabel('Comment').fill('not today')
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByRole('heading', { level: 1, name: /rejected/ }).waitFor()
    await until(id, ({ status, reason }) => status === 'rejected' && reason!.includes('not today'))
  })

  test('an answer to what is not there any more is refused, and the page asks to look again', async () => {
    const id = await startAsking('1.3.0')
    await context.route(`**/api/v1/executions/${id}/stages/ask/judgment`, async route => {
      await route.continue({ headers: { ...route.request().headers(), 'if-match': '"something-else"' } })
    })
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByRole('button', { name: 'Answer…' }).click()
    await page.getByLabel('ticket').fill('T-2')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText(/has changed since you opened this/).waitFor()
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    await context.unrouteAll()
    await page.getByRole('button', { name: 'Show what it is now' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('heading', { level: 1, name: /succeeded/ }).waitFor()
  })

  test('a run is paused, goes on and skips its wait by keyboard and button', async () => {
    const { id } = await server.client.startExecution({ name: 'nap' })
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByRole('heading', { level: 1, name: /running/ }).waitFor()
    for (const status of [/paused/, /running/]) {
      await page.keyboard.press('s')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: status }).waitFor()
    }
    await page.getByRole('button', { name: 'Skip the wait' }).click()
    await page.getByText('nap ends its wait now, and the run goes on.').waitFor()
    await page.getByRole('button', { name: 'Skip', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: /succeeded/ }).waitFor()
  })

  test('the stages of a run are a list and a graph, and its definition can be compared', async () => {
    const page = await pages.signedIn(`/executions/${asking}`, context)
    await page.getByRole('button', { name: 'Graph' }).click()
    await page.waitForURL('**as=graph*')
    for (const stage of ['first', 'ask', 'aside', 'roll'])
      await page.locator('.react-flow__node', { hasText: stage }).waitFor()
    expect(await page.locator('.react-flow__edge').count()).toBe(4)
    await page.locator('.react-flow__node', { hasText: 'aside' }).getByRole('link').click()
    await page.getByRole('heading', { level: 2, name: 'aside' }).waitFor()
    await page.getByRole('button', { name: 'As it ran' }).click()
    await page.getByText('name: release').waitFor()
    await page.getByRole('button', { name: 'Against the newest version' }).click()
    await page.getByText('The same as').waitFor()
  })

  test('a run is started from the form that its definition makes', async () => {
    const page = await pages.signedIn('/pipelines', context)
    await page.getByRole('link', { name: 'release', exact: true }).click()
    await page.getByRole('button', { name: 'Run…' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('A value is needed.').waitFor()
    await page.getByLabel('version').fill('2.0.0')
    await page.getByLabel('region').selectOption('us')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL('**/executions/release-*')
    const id = page.url().split('/').at(-1)!.split('?')[0]!
    const { parameters } = await server.client.getExecution({ id })
    expect(parameters).toEqual({ version: '2.0.0', count: 3, region: 'us', calm: false })
    await server.client.cancelExecution({ id })
  })

  test('what is wrong with a definition stands at its place, and a change can be tried', async () => {
    const page = await pages.signedIn('/pipelines/broken', context)
    await page
      .getByText(/wayt.*wait/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Try a change' }).click()
    const editor = page.getByLabel('Definition to try out')
    await editor.fill((await editor.inputValue()).replace('wayt', 'wait'))
    await page.getByText('It is valid.').waitFor()
  })

  test('targets show what runs, and traffic where requests go', async () => {
    const page = await pages.signedIn('/targets', context)
    await page.getByRole('row', { name: /stable 1\.\d\.0 100.% 1 of 1/ }).waitFor()
    await page.getByText('Temporal', { exact: true }).waitFor()
    const url = (await server.client.listTargets()).items[0]!.services[0]!.url!
    await Promise.all(Array.from({ length: 40 }, () => fetch(url)))
    await page.getByRole('link', { name: 'Traffic of shop' }).click()
    await page.getByRole('img', { name: /Traffic of shop: stable/ }).waitFor()
    await expect
      .poll(() => page.getByRole('row', { name: /stable/ }).textContent(), { timeout: 30_000 })
      .toMatch(/[1-9][\d.]*\/s/)
  })

  const views: Record<string, (page: Page) => Promise<unknown>> = {
    inbox: async page => {
      await page.goto('/inbox')
      await page.getByText('ask asks for a judgment').first().waitFor()
    },
    'a judgment': async page => {
      await page.getByRole('button', { name: 'Answer…' }).first().click()
      await page.getByLabel('ticket').waitFor()
    },
    'the graph of a run': async page => {
      await page.goto(`/executions/${asking}?as=graph`)
      await page.locator('.react-flow__node').first().waitFor()
    },
    pipelines: async page => {
      await page.goto('/pipelines')
      await page.getByRole('heading', { name: /^release/ }).waitFor()
    },
    'a pipeline': async page => {
      await page.goto('/pipelines/release')
      await page.locator('.react-flow__node').first().waitFor()
    },
    'the form of a run': async page => {
      await page.getByRole('button', { name: 'Run…' }).click()
      await page.getByLabel('version').waitFor()
    },
    'a broken pipeline': async page => {
      await page.goto('/pipelines/broken')
      await page.getByText(/wayt/).first().waitFor()
      await page.getByRole('button', { name: 'Try a change' }).click()
    },
    'no pipeline': async page => {
      await page.goto('/pipelines/none')
      await page.getByText('There is nothing here').waitFor()
    },
    targets: async page => {
      await page.goto('/targets')
      await page.getByRole('heading', { level: 3, name: 'shop' }).waitFor()
    },
    traffic: async page => {
      await page.goto('/traffic')
      await page.getByRole('img', { name: /Traffic of shop/ }).waitFor()
    },
    'traffic of nothing': async page => {
      await page.goto('/traffic?target=local&service=none')
      await page.getByText('There is no service none').waitFor()
    },
    'what failed': async page => {
      await page.route('**/api/v1/{targets,locks,inbox,pipelines}', route => route.fulfill({ status: 500, body: '' }))
      await page.goto('/targets')
      await page.getByText('The targets could not be loaded.').waitFor()
    },
    'what failed, the inbox': async page => {
      await page.goto('/inbox')
      await page.getByText('The inbox could not be loaded.').waitFor()
    },
    'what failed, pipelines': async page => {
      await page.goto('/pipelines')
      await page.getByText('The pipelines could not be loaded.').waitFor()
      await page.unrouteAll()
    },
  }

  test.each(['light', 'dark'] as const)('no view has a barrier in %s colours', async colorScheme => {
    const own = await pages.context({ colorScheme, reducedMotion: 'reduce' })
    const page = await pages.signedIn('/targets', own)
    const found: Record<string, string[]> = {}
    for (const [name, open] of Object.entries(views)) {
      await open(page)
      found[name] = await barriers(page)
    }
    await own.close()
    expect(found).toEqual(Object.fromEntries(Object.keys(views).map(name => [name, []])))
  })

  test('every view fits a screen of 320 pixels, and what users write stays text', async () => {
    const own = await pages.context({ viewport: { width: 320, height: 800 } })
    const page = await pages.signedIn('/targets', own)
    const widths: Record<string, number> = {}
    for (const [name, open] of Object.entries(views)) {
      await open(page)
      widths[name] = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(await page.locator('img[src="x"]').count()).toBe(0)
    }
    await own.close()
    expect(widths).toEqual(Object.fromEntries(Object.keys(views).map(name => [name, 320])))
  })
})
