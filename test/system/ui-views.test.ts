import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApprovalLinks } from '../../activities/approval-links.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { firstBadRecord } from '../../store/audit-records.ts'
import type { AuditRecord } from '../../store/store.ts'
import { browserPath, whyNoBrowser } from '../browser.ts'
import { flawsOf, flawsOfLanes, type Lane, planted, visit } from '../page.ts'
import { type MoodyMetrics, startMoodyMetrics } from '../page-breaker.ts'
import { followRun, noteEntries, writeMany } from '../page-events.ts'
import { addRepository, addTrouble, breakFragile, quiet } from '../page-inbox.ts'
import { usePageServer } from '../page-server.ts'
import { addresses, putInState, type State, states } from '../page-states.ts'
import { testRepository } from '../repository.ts'

const hasSucceeded = ({ status }: Execution) => status === 'succeeded'
const hasErrored = ({ status }: Execution) => status === 'errored'
const linkKey = 'a key of links that is long enough'
const pushed = 'name: pushed\napplication: shop\nstages:\n  - { id: rest, type: wait, for: 1s }\n'

if (browserPath === null) test.skip(`the views in a real browser (${whyNoBrowser})`, () => {})

describe.skipIf(browserPath === null)('the views on a real server', { timeout: 300_000 }, () => {
  const files = mkdtempSync(join(tmpdir(), 'slipway-views-'))
  const remote = testRepository()
  let metrics: MoodyMetrics
  beforeAll(async () => {
    metrics = await startMoodyMetrics()
  })
  const at = usePageServer(() => {
    // A copy, as tests change pipelines.
    for (const part of ['views', 'shop']) cpSync(join('test/fixtures', part), join(files, part), { recursive: true })
    addTrouble(files)
    metrics.addTo(files)
    remote.commit({ 'pipelines/pushed.yaml': pushed })
    addRepository(files, remote.address)
    return { configuration: join(files, 'views/slipway.yaml'), env: { ...process.env, SLIPWAY_TEST_LINKS: linkKey } }
  })
  const { signedIn, until } = at
  /** Waits for people all the time. */
  let asking: string
  let first: Record<'holding' | 'swap', Promise<string>>
  let spoiling: Promise<string> | null = null

  beforeAll(async () => {
    asking = await startAsking('1.0.0')
    // Later tests need what they leave behind.
    first = { holding: run('holding', '5.0.0', hasSucceeded), swap: run('swap', '6.0.0', hasSucceeded) }
  })

  afterAll(() => {
    metrics.close()
    rmSync(files, { recursive: true, force: true })
    remote.remove()
  })

  /** What a message in a chat carries. */
  async function approvalPath(id: string): Promise<string> {
    const { seen, until } = await judgmentOf(id)
    const links = createApprovalLinks({
      configuration: { keys: [{ env: 'KEY' }], lifetime: 600_000 },
      ...{ url: 'http://slipway.example', secrets: localSecrets({ KEY: linkKey }), now: Date.now },
    })
    const order = { execution: id, stage: 'ask', seen, until, connection: 'chat', subject: null }
    const { url } = await links.make({ ...order, message: id, at: new Date().toISOString() })
    return new URL(url).pathname + new URL(url).hash
  }

  async function judgmentOf(id: string) {
    const { stages } = await at.server.client.getExecution({ id })
    return stages.find(stage => stage.id === 'ask')!.progress!.judgment!
  }

  async function run(name: string, version: string | null, comes: (execution: Execution) => boolean): Promise<string> {
    const body = version === null ? {} : { parameters: { version } }
    const { id } = await at.server.client.startExecution({ name, body })
    await until(id, comes)
    return id
  }

  /** A release that brought no instance up, nor did the one before it. */
  function spoilt(): Promise<string> {
    spoiling ??= first.swap.then(() => {
      breakFragile(files)
      return run('swap', planted, hasErrored)
    })
    return spoiling
  }

  /** A run that has come to its judgment. */
  async function startAsking(version: string): Promise<string> {
    const { id } = await at.server.client.startExecution({ name: 'release', body: { parameters: { version } } })
    await until(id, ({ stages }) => stages.some(({ progress }) => progress?.judgment !== undefined))
    return id
  }

  test('the inbox has what waits for people, and its number is in the title of every tab', async () => {
    const page = await signedIn('/executions')
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(3) Executions · Slipway')
    await page.keyboard.press('i')
    await page.waitForURL('**/inbox')
    await page.getByText('ask asks for a judgment').waitFor()
    await page.getByText(/broken.yaml:4:\d+ .*wayt/).waitFor()
    const more = await startAsking('1.0.1')
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(4) Inbox · Slipway')
    await at.server.client.cancelExecution({ id: more })
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('(3) Inbox · Slipway')
  })

  test('canaries that are held wait in the inbox, and are promoted from there, the list, the run and the report', async () => {
    await first.holding
    const id = await run('holding', '5.0.1', ({ stages }) => stages.every(({ status }) => status === 'held'))
    const page = await signedIn('/inbox')
    const entries = page.getByRole('article').filter({ hasText: 'holds its canary' })
    await expect.poll(() => entries.count(), { timeout: 30_000 }).toBe(quiet.length)
    const promote = async (service: string) => {
      const dialog = page.getByRole('dialog', { name: 'Promote holding?' })
      await dialog.getByText(new RegExp(`5.0.1 takes all live traffic of ${service} on local`)).waitFor()
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
      for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key)
      await dialog.waitFor({ state: 'detached' })
      await until(id, ({ stages }) => stages.find(stage => stage.id === service)!.status === 'succeeded')
    }
    await entries.filter({ hasText: 'south' }).getByRole('button', { name: 'Promote…' }).click()
    await promote('south')
    await expect.poll(() => entries.count(), { timeout: 30_000 }).toBe(quiet.length - 1)
    await visit(page, '/targets')
    const changing = page.getByRole('region', { name: 'north on local' })
    await changing.getByText(new RegExp(`changed by ${id}`)).waitFor()
    await changing.getByRole('row', { name: /canary 5\.0\.1/ }).waitFor()
    await page.keyboard.press('e')
    await page.getByRole('button', { name: `Promote ${id}` }).click()
    await promote('north')
    await visit(page, `/executions/${id}?stage=west`)
    await page.getByRole('region', { name: 'Decide on west' }).getByRole('button', { name: 'Promote' }).click()
    await promote('west')
    await page.keyboard.press('p')
    await promote('east')
    await page.getByRole('heading', { level: 1, name: /succeeded/ }).waitFor()
    await page.keyboard.press('e')
    // What a run has done is taken back in two clicks.
    await page.getByRole('button', { name: `Roll back ${id}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back', exact: true }).click()
    await page.waitForURL('**/executions/*')
    await page.getByText(/^takes back/).waitFor()
  })

  test('a run that errored and one that could not be rolled back wait in the inbox, and are retried from there', async () => {
    const [late, swap] = await Promise.all([run('late', null, hasErrored), spoilt()])
    const page = await signedIn('/inbox')
    const entry = (text: string) => page.getByRole('article').filter({ hasText: text })
    await entry('late errored')
      .getByText(/longer than its timeout of 0.5 s/)
      .waitFor()
    await entry('swap could not be rolled back').getByRole('button', { name: 'Roll back…' }).click()
    await page.getByText('This execution has ended and left nothing to take back.').waitFor()
    await page.keyboard.press('Escape')
    // The version, the last lines that it printed, and a word of a file that is not valid.
    await entry('swap could not').getByText(planted).first().waitFor()
    await entry('odd is not valid').getByText('<img src=x').waitFor()
    await entry('late errored').getByRole('button', { name: 'Retry…' }).click()
    await page.getByText('A new execution, linked to this one, runs late again.').waitFor()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.waitForURL('**/executions/late-*')
    await page.getByText('tries again').waitFor()
    await visit(page, `/executions/${late}`)
    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    await attempts.filter({ hasText: 'attempt 2' }).getByText('errored').waitFor()
    expect(await attempts.count()).toBe(2)
    for (const path of ['/executions', `/executions/${swap}`, '/pipelines', '/pipelines/odd']) {
      await visit(page, path)
      await page.getByText('<img src=x').first().waitFor()
      expect(await page.locator('img[src="x"]').count()).toBe(0)
    }
  })

  test('a run is compared with what was pushed since; what is not valid is refused, and waits in the inbox', async () => {
    const inForce = () => at.server.client.getPipeline({ name: 'pushed' })
    const id = await run('pushed', null, ({ status }) => status === 'succeeded')
    const { revision } = await inForce()
    remote.commit({ 'pipelines/pushed.yaml': pushed.replace('1s', '2s') })
    await expect.poll(async () => (await inForce()).revision, { timeout: 30_000 }).not.toBe(revision)
    const page = await signedIn(`/executions/${id}`)
    await page.getByText('What is in force now differs.').waitFor()
    await page.getByRole('button', { name: 'Against what is in force' }).click()
    const diff = page.getByRole('region', { name: 'What has changed' })
    await diff.locator('[data-kind="added"]', { hasText: '2s' }).waitFor()

    await visit(page, '/pipelines/pushed')
    await page.getByText('name: pushed').first().waitFor()
    const bad = remote.commit({ 'pipelines/pushed.yaml': pushed.replace('wait', 'wayt') })
    const isRefused = async () => (await inForce()).refused !== null
    await expect.poll(isRefused, { timeout: 30_000 }).toBe(true)
    await page.reload()
    await page.getByText(`The newer version ${bad.slice(0, 7)}`).waitFor()
    await page.getByText('name: pushed').first().waitFor()
    await visit(page, '/pipelines')
    await page.getByText(/A newer version is not in force: .*wayt/).waitFor()
    await visit(page, '/inbox')
    await page.getByRole('article').filter({ hasText: 'pushed has a newer version that is not valid' }).waitFor()
  })

  test('a judgment says what changes and who may, needs its inputs, and is approved by keyboard alone', async () => {
    const id = await startAsking('1.1.0')
    const page = await signedIn(`/executions/${id}`)
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

  test('who started a run is told why somebody else has to approve it, and cannot', async () => {
    const id = await run('eyes', null, ({ status }) => status === 'waiting')
    const page = await signedIn('/inbox')
    const entry = page.getByRole('article').filter({ hasText: 'eyes ask asks for a judgment' })
    await entry.getByText('0 of 2 approvals').waitFor()
    await entry.getByRole('button', { name: 'Answer…' }).click()
    const dialog = page.getByRole('dialog', { name: 'eyes: ask' })
    await dialog.getByText(/2 different people have to; .+, who started it, may not\. .*left\./).waitFor()
    await dialog.getByText('You started this run, so somebody else has to approve it.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Comment').fill('not today')
    await dialog.getByRole('button', { name: 'Reject' }).click()
    await entry.waitFor({ state: 'detached' })
    await until(id, ({ status }) => status === 'rejected')
  })

  test('a link of a message decides nothing by being opened, outlives the sign-in, and is used up by an answer', async () => {
    const id = await startAsking('1.1.1')
    const path = await approvalPath(id)
    const page = await (await at.context()).newPage()
    await page.goto(path)
    await page.getByLabel('Login link or code').fill(await at.loginAddress())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Approve ask?' }).waitFor()
    expect(await flawsOf(page)).toEqual([])
    expect((await at.server.client.getExecution({ id })).status).toBe('waiting')
    await page.getByLabel('ticket').fill(planted)
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.waitForURL(`**/executions/${id}`)
    await until(id, ({ status }) => status === 'succeeded')
    await page.getByRole('link', { name: /^ask/ }).click()
    await page.getByText(/^(One|\d+) outputs?$/).click()
    await page.locator('details').getByText('<img src=x').waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    await page.goto('/inbox')
    await page.goto(path)
    await page.getByText('This link cannot be used.').waitFor()
    await page.getByText(/this link was used already/).waitFor()
  })

  test('a rejection needs a reason, and is given by keyboard alone', async () => {
    const id = await startAsking('1.2.0')
    const page = await signedIn(`/executions/${id}`)
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
    const context = await at.context()
    await context.route(`**/api/v1/executions/${id}/stages/ask/judgment`, async route => {
      await route.continue({ headers: { ...route.request().headers(), 'if-match': '"something-else"' } })
    })
    const page = await signedIn(`/executions/${id}`)
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
    const { id } = await at.server.client.startExecution({ name: 'nap' })
    const page = await signedIn(`/executions/${id}`)
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
    const { id } = await at.server.client.startExecution({ name: 'nap' })
    const page = await signedIn(`/executions/${id}`)
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
    const page = await signedIn(`/executions/${asking}`)
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
    const { id } = await at.server.client.startExecution({ name: 'nap' })
    await at.server.client.cancelExecution({ id })
    const page = await signedIn(`/executions/${id}`)
    await page.getByText(/^Pinned to/).waitFor()
    expect(await page.getByText('What is in force now differs.').count()).toBe(0)
    writeFileSync(nap, readFileSync(nap, 'utf8').replace('for: 1h', 'for: 2h'))
    await page.reload()
    await page.getByText('What is in force now differs.').waitFor()
    await page.getByRole('button', { name: 'Against what is in force' }).click()
    await page.getByText('From this run to').waitFor()
    const diff = page.getByRole('region', { name: 'What has changed' })
    await diff.locator('[data-kind="added"]').waitFor()
    const later = await at.server.client.startExecution({ name: 'nap' })
    await at.server.client.cancelExecution({ id: later.id })
    await visit(page, `/executions/${later.id}`)
    await page.getByRole('button', { name: 'Against the previous run' }).click()
    await page.getByText(`From ${id} to this run.`).waitFor()
    // A text that the server does not keep any more is shown as what it does, in milliseconds.
    await diff.locator('[data-kind="added"]', { hasText: /for: (2h|7200000)/ }).waitFor()
    await visit(page, '/pipelines/nap')
    await page.getByLabel('From', { exact: true }).waitFor()
    expect(await page.getByLabel('To', { exact: true }).locator('option:checked').textContent()).toMatch(/in force/)
    await diff.locator('[data-kind="removed"]').waitFor()
    await page.getByLabel('To', { exact: true }).selectOption({ index: 1 })
    await page.waitForURL('**/pipelines/nap?from=*&to=*')
  })

  test('a pipeline is simulated as it is, and as it would be changed', async () => {
    const page = await signedIn('/pipelines/doze')
    await page.getByRole('button', { name: 'Simulate', exact: true }).click()
    await page.getByText('A good release takes from 2h 00m to 2h 00m.').waitFor()
    const stages = page.getByRole('list', { name: 'When each stage was at work' })
    expect(await stages.getByRole('listitem').count()).toBe(2)
    await page.getByRole('button', { name: 'Try a change' }).click()
    const editor = page.getByLabel('Definition to try out')
    await editor.fill((await editor.inputValue()).replace('2h', '3h'))
    await page.getByRole('button', { name: 'Simulate the change' }).click()
    await page.getByText('A good release takes from 3h 00m to 3h 00m.').waitFor()
    await editor.fill('name: doze')
    await page.getByRole('button', { name: 'Simulate the change' }).click()
    await page.getByText('It could not be simulated.').waitFor()
    await visit(page, '/pipelines/release')
    await page.getByLabel('What happens').selectOption('target-fails-at')
    await page.getByLabel('Stage that fails').selectOption('roll')
    await page.getByRole('button', { name: 'Simulate', exact: true }).click()
    await page.getByText('What was undone, in this order').waitFor()
    await page.getByText(/^Timeline, \d+ entries/).click()
    await page.getByRole('list', { name: 'Simulated timeline' }).getByText('the run ends: errored').waitFor()
    expect(await page.getByLabel('What happens').getByText('a gate says no').count()).toBe(0)
    await visit(page, '/pipelines/gated')
    await page.getByLabel('What happens').selectOption('gate-closed')
    await page.getByLabel('Gate that says no').selectOption('tests')
    await page.getByRole('button', { name: 'Simulate', exact: true }).click()
    await page.getByText(/^Timeline, \d+ entries/).click()
    await page.getByRole('list', { name: 'Simulated timeline' }).getByText('the run ends: rolled-back').waitFor()
  })

  test('a run is started from the form that its definition makes', async () => {
    const page = await signedIn('/pipelines')
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
    const { parameters } = await at.server.client.getExecution({ id })
    expect(parameters).toEqual({ version: '2.0.0', count: 3, region: 'us', calm: false })
    await at.server.client.cancelExecution({ id })
  })

  test('what is wrong with a definition stands at its place, and a change can be tried', async () => {
    const page = await signedIn('/pipelines/broken')
    await page
      .getByText(/wayt.*wait/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Try a change' }).click()
    const editor = page.getByLabel('Definition to try out')
    await editor.fill((await editor.inputValue()).replace('wayt', 'wait'))
    await page.getByText('It is valid.').waitFor()
  })

  /** Its answer comes from the API. */
  async function release(version: string): Promise<void> {
    const id = await startAsking(version)
    const body = { decision: 'approve', inputs: { ticket: 'T-3' } } as const
    await at.server.client.judgeStage({ id, stage: 'ask', seen: (await judgmentOf(id)).seen, body })
    await until(id, hasSucceeded)
  }

  test('targets show what runs, and traffic where requests go', async () => {
    const nap = await at.server.client.startExecution({ name: 'nap' })
    await Promise.all([spoilt(), release('1.4.0'), at.server.client.cancelExecution({ id: nap.id })])
    const freeze = { name: 'elsewhere', reason: planted, scope: { applications: ['other'] }, end: '2999-01-01T00:00' }
    await at.server.client.createFreeze({ body: freeze })
    const page = await signedIn('/targets')
    await page
      .getByText(/^elsewhere freezes other/)
      .filter({ hasText: planted })
      .waitFor()
    await page
      .getByText(/^fragile .* has been in quarantine/)
      .filter({ hasText: planted })
      .waitFor()
    await page.getByRole('row', { name: /stable 1\.4\.0 100.% 1 of 1/ }).waitFor()
    await page.getByText('Temporal', { exact: true }).waitFor()
    const breakers = page.getByRole('list', { name: 'Circuit breakers of metric providers' })
    await breakers.getByText('process host, breaker closed: asked as usual').waitFor()
    await page.getByRole('region', { name: 'Queue of nap' }).getByText('1 at once; later ones wait in line').waitFor()
    const url = (await at.server.client.listTargets()).items[0]!.services[0]!.url!
    await Promise.all(Array.from({ length: 40 }, () => fetch(url)))
    await page.getByRole('link', { name: 'Traffic of shop' }).click()
    await page.getByRole('img', { name: /Traffic of shop: stable/ }).waitFor()
    await expect
      .poll(() => page.getByRole('row', { name: /stable/ }).textContent(), { timeout: 30_000 })
      .toMatch(/[1-9][\d.]*\/s/)
    const asking = setInterval(() => void fetch(url).catch(() => {}), 50)
    const drawn = () => page.locator('main canvas').first().evaluate(paintedPixels)
    await expect.poll(drawn, { timeout: 30_000 }).toBeGreaterThan(0)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.reload()
    await page.getByRole('img', { name: /Traffic of shop: stable.*\/s/ }).waitFor()
    clearInterval(asking)
    expect(await drawn()).toBe(0)
  })

  test('a provider that only fails is left alone, which the page says, with its words as words', async () => {
    await first.holding
    await run('unmeasured', null, hasSucceeded)
    const page = await signedIn('/targets')
    const breakers = page.getByRole('list', { name: 'Circuit breakers of metric providers' })
    const open = breakers.getByRole('listitem').filter({ hasText: /moody.*breaker open for/ })
    await open.filter({ hasText: planted }).waitFor()
  })

  test('everything that happens in a run is on its open page once, without a reload', async () => {
    writeMany(join(files, 'views/pipelines'), 40)
    await (await at.context()).addInitScript(noteEntries)
    const page = await signedIn('/executions')
    const { events, delays, lost, doubled } = await followRun(page, at.server.client)
    expect(events).toBeGreaterThan(80)
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 })
    expect(delays.length).toBeGreaterThan(80)
  })

  test('the audit log is searched by its address, checked and saved', async () => {
    const page = await signedIn('/targets')
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

  const work: Lane = {
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
  }

  const surroundings: Lane = {
    targets: async page => {
      await visit(page, '/targets')
      await page.getByRole('heading', { level: 3, name: 'shop' }).waitFor()
    },
    traffic: async page => {
      await visit(page, '/traffic?target=local&service=shop')
      await page.getByRole('img', { name: /Traffic of shop/ }).waitFor()
    },
    'traffic of nothing': async page => {
      await visit(page, '/traffic?target=local&service=none')
      await page.getByText('There is no service none').waitFor()
    },
    'the audit log': async page => {
      await visit(page, '/audit?action=execution.start')
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
    expect(await flawsOfLanes(at.pages, [work, surroundings])).toEqual({})
  })

  test('nor has any view that is empty, busy or failed', async () => {
    const flaws = Object.entries(states).map(([, state]) => {
      const lane = Object.entries(addresses).map(([name, view]) => [name, (page: Page) => comeTo(page, view, state)])
      return flawsOfLanes(at.pages, [Object.fromEntries(lane)], page => putInState(page, state))
    })
    expect(await Promise.all(flaws)).toEqual(flaws.map(() => ({})))
  })
})

/** Runs in the page. */
function paintedPixels(canvas: Element): number {
  const { width, height } = canvas as HTMLCanvasElement
  const pixels = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data
  return pixels.filter((value, index) => index % 4 === 3 && value > 0).length
}

async function comeTo(page: Page, view: { path: string; empty: string }, state: State): Promise<void> {
  await visit(page, view.path)
  await page.locator(state.shows(view)).first().waitFor()
}
