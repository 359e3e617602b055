import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApprovalLinks } from '../../activities/approval-links.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { firstBadRecord } from '../../store/audit-records.ts'
import type { AuditRecord } from '../../store/store.ts'
import { browserPath, whyNoBrowser } from '../browser.ts'
import { flawsOf, openPages, type Pages, planted, visit } from '../page.ts'
import { followRun, noteEntries, writeMany } from '../page-events.ts'
import { addresses, putInState, states } from '../page-states.ts'

const linkKey = 'a key of links that is long enough'

if (browserPath === null) test.skip(`the views in a real browser (${whyNoBrowser})`, () => {})

describe.skipIf(browserPath === null)('the views on a real server', { timeout: 300_000 }, () => {
  const data = mkdtempSync(join(tmpdir(), 'slipway-views-'))
  const files = mkdtempSync(join(tmpdir(), 'slipway-views-files-'))
  let server: Server
  let pages: Pages
  let context: BrowserContext
  /** Waits for people all the time. */
  let asking: string

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['setup/build.ts'])
    // A copy, as tests change pipelines.
    for (const part of ['views', 'shop']) cpSync(join('test/fixtures', part), join(files, part), { recursive: true })
    const configuration = join(files, 'views/slipway.yaml')
    const env = { ...process.env, SLIPWAY_TEST_LINKS: linkKey }
    server = await startServer({ data, configuration, args: ['--stop-instances'], env })
    pages = await openPages(browserPath as string, () => server.url, server.url + (await loginPath()))
    asking = await startAsking('1.0.0')
  })

  afterAll(async () => {
    await pages?.close()
    await server?.stop()
    for (const folder of [data, files]) rmSync(folder, { recursive: true, force: true })
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
    await dialog.getByText('The definition is the same as in the run before.').waitFor()
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
    expect(await flawsOf(page)).toEqual([])
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

  test('a rejection needs a reason, and is given by keyboard alone', async () => {
    const id = await startAsking('1.2.0')
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByText('ask: needs 1 approval').waitFor()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('a')
    await page.getByLabel('ticket').waitFor()
    await press('Tab', 'Tab', 'Enter')
    await page.getByText('Say why you reject it.').waitFor()
    await press('Shift+Tab', 'Shift+Tab')
    await page.keyboard.type(planted)
    await press('Tab', 'Tab', 'Enter')
    await page.getByRole('heading', { level: 1, name: /rejected/ }).waitFor()
    await page.getByText(planted).first().waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    await until(id, ({ status, reason }) => status === 'rejected' && reason!.includes(planted))
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

  test('a run is canceled by keyboard alone', async () => {
    const { id } = await server.client.startExecution({ name: 'nap' })
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByRole('heading', { level: 1, name: /running/ }).waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Cancel nap?' }).waitFor()
    await page.keyboard.type(planted)
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: /canceled/ }).waitFor()
    await page.getByText(planted).first().waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
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
    await page.getByRole('button', { name: 'Against what is in force' }).click()
    await page.getByText('The same as').waitFor()
  })

  test('versions of a pipeline are compared, and a run says that another one is in force', async () => {
    const nap = join(files, 'views/pipelines/nap.yaml')
    const { id } = await server.client.startExecution({ name: 'nap' })
    await server.client.cancelExecution({ id })
    const page = await pages.signedIn(`/executions/${id}`, context)
    await page.getByText(/^Pinned to/).waitFor()
    expect(await page.getByText('What is in force now differs.').count()).toBe(0)
    writeFileSync(nap, readFileSync(nap, 'utf8').replace('for: 1h', 'for: 2h'))
    await page.reload()
    await page.getByText('What is in force now differs.').waitFor()
    await page.getByRole('button', { name: 'Against what is in force' }).click()
    await page.getByText('From this run to').waitFor()
    const diff = page.getByRole('region', { name: 'What has changed' })
    await diff.locator('[data-kind="added"]').waitFor()
    await visit(page, '/pipelines/nap')
    await page.getByLabel('From', { exact: true }).waitFor()
    expect(await page.getByLabel('To', { exact: true }).locator('option:checked').textContent()).toMatch(/in force/)
    await diff.locator('[data-kind="removed"]').waitFor()
    await page.getByLabel('To', { exact: true }).selectOption({ index: 1 })
    await page.waitForURL('**/pipelines/nap?from=*&to=*')
  })

  test('a pipeline is simulated as it is, and as it would be changed', async () => {
    const page = await pages.signedIn('/pipelines/nap', context)
    await page.getByRole('button', { name: 'Simulate', exact: true }).click()
    await page.getByText('A good release takes from 2h 00m to 2h 00m.').waitFor()
    const stages = page.getByRole('list', { name: 'When each stage was at work' })
    expect(await stages.getByRole('listitem').count()).toBe(2)
    await page.getByRole('button', { name: 'Try a change' }).click()
    const editor = page.getByLabel('Definition to try out')
    await editor.fill((await editor.inputValue()).replace('2h', '3h'))
    await page.getByRole('button', { name: 'Simulate the change' }).click()
    await page.getByText('A good release takes from 3h 00m to 3h 00m.').waitFor()
    await editor.fill('name: nap')
    await page.getByRole('button', { name: 'Simulate the change' }).click()
    await page.getByText('It could not be simulated.').waitFor()
    await visit(page, '/pipelines/release')
    await page.getByLabel('What happens').selectOption('target-fails-at')
    await page.getByLabel('Stage that fails').selectOption('roll')
    await page.getByRole('button', { name: 'Simulate', exact: true }).click()
    await page.getByText('What was undone, in this order').waitFor()
    await page.getByText(/^Timeline, \d+ entries/).click()
    await page.getByRole('list', { name: 'Simulated timeline' }).getByText('the run ends: errored').waitFor()
  })

  test('a run is started from the form that its definition makes', async () => {
    const page = await pages.signedIn('/pipelines', context)
    await page.getByRole('link', { name: 'release', exact: true }).click()
    await page.getByRole('button', { name: 'Run…' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('A value is needed.').waitFor()
    const form = page.getByRole('dialog')
    await form.getByLabel('version').fill('2.0.0')
    await form.getByLabel('region').selectOption('us')
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
    const freeze = { name: 'elsewhere', reason: planted, scope: { applications: ['other'] }, end: '2999-01-01T00:00' }
    await server.client.createFreeze({ body: freeze })
    const page = await pages.signedIn('/targets', context)
    await page.getByText(planted).waitFor()
    await page.getByRole('row', { name: /stable 1\.\d\.0 100.% 1 of 1/ }).waitFor()
    await page.getByText('Temporal', { exact: true }).waitFor()
    const breakers = page.getByRole('list', { name: 'Circuit breakers of metric providers' })
    await breakers.getByText('process host, breaker closed: asked as usual').waitFor()
    await page.getByRole('region', { name: 'Queue of nap' }).getByText('1 at once; later ones wait in line').waitFor()
    const url = (await server.client.listTargets()).items[0]!.services[0]!.url!
    await Promise.all(Array.from({ length: 40 }, () => fetch(url)))
    await page.getByRole('link', { name: 'Traffic of shop' }).click()
    await page.getByRole('img', { name: /Traffic of shop: stable/ }).waitFor()
    await expect
      .poll(() => page.getByRole('row', { name: /stable/ }).textContent(), { timeout: 30_000 })
      .toMatch(/[1-9][\d.]*\/s/)
  })

  test('everything that happens in a run is on its open page once, without a reload', async () => {
    writeMany(join(files, 'views/pipelines'), 40)
    await context.addInitScript(noteEntries)
    const page = await pages.signedIn('/executions', context)
    const { events, delays, lost, doubled } = await followRun(page, server.client)
    expect(events).toBeGreaterThan(80)
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 })
    expect(delays.length).toBeGreaterThan(80)
  })

  test('the audit log is searched by its address, checked and saved', async () => {
    const page = await pages.signedIn('/targets', context)
    await page.keyboard.press('u')
    await page.waitForURL('**/audit')
    const records = page.getByRole('list', { name: 'Records' }).getByRole('listitem')
    await records.first().waitFor()
    await page.getByLabel('Action').fill('execution.start')
    await page.getByLabel('Outcome').selectOption('allowed')
    await page.getByLabel('From').fill('2020-01-01T00:00')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/audit?action=execution.start&outcome=allowed&from=20*')
    const found = records.filter({ hasText: asking })
    await found.waitFor()
    const others = records.filter({ hasNotText: 'execution.start' })
    await expect.poll(() => others.count(), { timeout: 30_000 }).toBe(0)
    await found.getByText('Details').click()
    await found.getByText('hash', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText(/All \d+ records hold/).waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export JSON Lines' }).click()
    const lines = readFileSync(await (await saved).path(), 'utf8')
    const parsed = lines
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as AuditRecord)
    expect(parsed.length).toBeGreaterThan(1)
    expect(await firstBadRecord(parsed, [])).toBeNull()
    await page.getByRole('link', { name: `Open ${asking}` }).click()
    await page.waitForURL(`**/executions/${asking}`)
  })

  const views: Record<string, (page: Page) => Promise<unknown>> = {
    inbox: async page => {
      await visit(page, '/inbox')
      await page.getByText('ask asks for a judgment').first().waitFor()
    },
    'a judgment': async page => {
      await page.getByRole('button', { name: 'Answer…' }).first().click()
      await page.getByLabel('ticket').waitFor()
    },
    'the graph of a run': async page => {
      await visit(page, `/executions/${asking}?as=graph`)
      await page.locator('.react-flow__node').first().waitFor()
    },
    pipelines: async page => {
      await visit(page, '/pipelines')
      await page.getByRole('heading', { name: /^release/ }).waitFor()
    },
    'a pipeline': async page => {
      await visit(page, '/pipelines/release')
      await page.locator('.react-flow__node').first().waitFor()
    },
    'a simulation': async page => {
      await page.getByRole('button', { name: 'Simulate', exact: true }).click()
      await page.getByText(/^Timeline, \d+ entries/).click()
    },
    'the form of a run': async page => {
      await page.getByRole('button', { name: 'Run…' }).click()
      await page.getByRole('dialog').getByLabel('version').waitFor()
    },
    'a broken pipeline': async page => {
      await visit(page, '/pipelines/broken')
      await page.getByText(/wayt/).first().waitFor()
      await page.getByRole('button', { name: 'Try a change' }).click()
    },
    'no pipeline': async page => {
      await visit(page, '/pipelines/none')
      await page.getByText('There is nothing here').waitFor()
    },
    targets: async page => {
      await visit(page, '/targets')
      await page.getByRole('heading', { level: 3, name: 'shop' }).waitFor()
    },
    traffic: async page => {
      await visit(page, '/traffic')
      await page.getByRole('img', { name: /Traffic of shop/ }).waitFor()
    },
    'traffic of nothing': async page => {
      await visit(page, '/traffic?target=local&service=none')
      await page.getByText('There is no service none').waitFor()
    },
    'the audit log': async page => {
      await visit(page, '/audit')
      await page.getByText('Details').first().click()
      await page.getByRole('button', { name: 'Verify the chain' }).click()
      await page.getByText(/records hold/).waitFor()
    },
    'nothing in the audit log': async page => {
      await visit(page, '/audit?actor=nobody')
      await page.getByText('No record fits').waitFor()
    },
    'an audit log that was refused': async page => {
      await visit(page, '/audit?outcome=odd')
      await page.getByText('The log could not be searched.').waitFor()
    },
    'what failed': async page => {
      await page.route('**/api/v1/targets', route => route.fulfill({ status: 500, body: '' }))
      await visit(page, '/targets')
      await page.getByText('The targets could not be loaded.').waitFor()
      await page.unrouteAll()
    },
  }

  test('no view has a barrier, in light and dark colours, on small screens and zoomed', async () => {
    const page = await pages.signedIn('/targets', context)
    const found: Record<string, string[]> = {}
    for (const [name, open] of Object.entries(views)) {
      await open(page)
      found[name] = await flawsOf(page)
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(views).map(name => [name, []])))
  })

  test.each(Object.entries(states))('nor has any view that is %s', async (_, state) => {
    await pages.signIn(context)
    const page = await context.newPage()
    await putInState(page, state)
    await page.goto('/')
    const found: Record<string, string[]> = {}
    for (const [name, view] of Object.entries(addresses)) {
      await visit(page, view.path)
      await page.locator(state.shows(view)).first().waitFor()
      found[name] = await flawsOf(page)
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    expect(found).toEqual(Object.fromEntries(Object.keys(addresses).map(name => [name, []])))
  })
})
