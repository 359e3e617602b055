import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Execution } from '../../pipeline/execution.ts'
import { type Load, startLoad } from '../../setup/load.ts'
import { browserPath, whyNoBrowser } from '../browser.ts'
import { flawsOfLanes, type Lane, patience, planted, visit } from '../page.ts'
import { initialScripts, mostScripts } from '../page-figures.ts'
import { usePageServer } from '../page-server.ts'

/** A change takes less than a second where the machine is free; tests share theirs. */
const soon = 15_000

if (browserPath === null) test.skip(`the page in a real browser (${whyNoBrowser})`, () => {})

describe.skipIf(browserPath === null)('the page on a real server', { timeout: 300_000 }, () => {
  const at = usePageServer(() => ({ configuration: 'test/fixtures/page/slipway.yaml' }))
  const { signedIn, until } = at
  let load: Load | null = null

  afterAll(() => load?.stop())

  function start(version: string, note = '', errors = '0'): Promise<Execution> {
    return at.server.client.startExecution({ name: 'shop', body: { parameters: { version, note, errors } } })
  }

  /** Waits until the canary of a run takes traffic. */
  async function startCanary(version: string, note = ''): Promise<string> {
    const { id } = await start(version, note)
    await until(id, ({ stages }) => (stages[0]?.progress?.weights?.canary ?? 0) > 0)
    return id
  }

  test('begins with at most 250 KB of scripts, and serves nothing inline', () => {
    const html = readFileSync('ui/dist/index.html', 'utf8')
    expect(initialScripts()).toBeLessThanOrEqual(mostScripts)
    expect(html).not.toMatch(/<script>|<style|style=/)
  })

  test('teaches the first command while nothing has run', async () => {
    const page = await signedIn('/')
    await page.getByText('Nothing has run yet').waitFor()
    await page.getByText('slipway run shop -p version=VALUE', { exact: true }).waitFor()
  })

  test('a login link works once, and its code does not stay in the address', async () => {
    const link = await at.loginAddress()
    const page = await (await at.context()).newPage()
    await page.goto(link)
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(page.url()).toBe(`${at.server.url}/`)

    const other = await at.pages.context()
    const late = await other.newPage()
    await late.goto(link)
    await late.getByText('That did not sign you in.').waitFor()
    await other.close()
  })

  describe('with a canary under way', () => {
    let first: string
    let running: string

    beforeAll(async () => {
      ;({ id: first } = await start('1.0.0'))
      await until(first, ({ status }) => status === 'succeeded')
      const url = (await at.server.client.listTargets()).items[0]!.services[0]!.url!
      load = startLoad(url, 100)
      running = await startCanary('1.1.0', planted)
    })

    test('a deep link survives the sign-in', async () => {
      const page = await (await at.context()).newPage()
      await page.goto(`/executions/${first}`)
      await page.getByLabel('Login link or code').fill(await at.loginAddress())
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: /shop 1\.0\.0 succeeded/ }).waitFor()
      expect(page.url()).toBe(`${at.server.url}/executions/${first}`)
    })

    test('what happens elsewhere is in the list by itself, soon', async () => {
      const page = await signedIn('/')
      await page.locator(`a[href="/executions/${first}"]`).waitFor()
      const { id } = await start('1.2.0')
      const row = page.locator('tr', { has: page.locator(`a[href="/executions/${id}"]`) })
      await row.waitFor({ timeout: soon })
      await at.server.client.cancelExecution({ id })
      await until(id, ({ status }) => status === 'canceled')
      await row.getByText('canceled', { exact: true }).waitFor({ timeout: soon })
    })

    test('j, k and Enter go through the list, / finds, and Escape leaves', async () => {
      const page = await signedIn('/')
      await page.locator(`a[href="/executions/${first}"]`).waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('k')
      const rows = await page.locator('[data-row]').evaluateAll(links => links.map(link => link.getAttribute('href')))
      expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(rows[0])
      await page.keyboard.press('Enter')
      await page.waitForURL(`**${rows[0]}`)
      await page.goBack()
      await page.keyboard.press('/')
      await page.keyboard.type(first)
      await page.keyboard.press('Enter')
      await page.waitForURL(`**/executions/${first}`)
    })

    test('filters are in the address, and the way back leads to them', async () => {
      const page = await signedIn('/')
      await page.getByRole('link', { name: 'Succeeded' }).click()
      await page.waitForURL('**/executions?status=succeeded')
      await page.locator(`a[href="/executions/${running}"]`).waitFor({ state: 'detached' })
      await page.locator(`a[href="/executions/${first}"]`).first().click()
      await page.goBack()
      await page.locator('[aria-current="true"]', { hasText: 'Succeeded' }).waitFor()
    })

    test('an execution shows traffic, verdict, metrics and a chart, and they move', async () => {
      const page = await signedIn(`/executions/${running}`)
      await page
        .getByRole('img', { name: /Traffic: stable 50.%, baseline 25.%, canary 25.%/ })
        .first()
        .waitFor()
      await page.getByText('Verdict so far').waitFor()
      await page.getByRole('rowheader', { name: /errors/ }).waitFor()
      await page.locator('canvas').first().waitFor()
      await page.getByText(/Fails at once when errors/).waitFor()
      const look = page.getByText(/^Look \d+/)
      const seen = await look.textContent()
      await expect.poll(() => look.textContent(), { timeout: soon }).not.toBe(seen)
    })

    test('what users write stays text, numbers are saved, and another configuration is judged on them', async () => {
      const page = await signedIn(`/executions/${running}`)
      await page.getByText(planted, { exact: true }).waitFor()
      expect(await page.locator('img[src="x"]').count()).toBe(0)
      const saved = page.waitForEvent('download')
      await page.getByRole('button', { name: 'CSV' }).click()
      const [head, line] = readFileSync(await (await saved).path(), 'utf8').split('\r\n')
      expect(head).toMatch(/^metric,look,from,to,weight,state,baseline_bad/)
      expect(line).toMatch(/^(errors|slow),1,20/)
      await page.getByText('What would another configuration have said?').click()
      await page.getByText(/and would have been/).waitFor()
      await page.getByLabel('False alarm, %').fill('never')
      await page.getByRole('alert').waitFor()
    })

    test('several tabs share one stream, and the next tab takes over', async () => {
      let streams = 0
      const context = await at.context()
      context.on('request', request => {
        if (new URL(request.url()).pathname === '/api/v1/events' && !request.url().includes('execution=')) streams += 1
      })
      const tabs = [await signedIn('/'), await signedIn('/'), await signedIn('/')]
      const { id } = await start('1.3.0')
      for (const tab of tabs) await tab.locator(`a[href="/executions/${id}"]`).waitFor()
      expect(streams).toBe(1)
      await tabs[0]!.close()
      const next = await start('1.4.0')
      for (const tab of tabs.slice(1)) await tab.locator(`a[href="/executions/${next.id}"]`).waitFor()
      expect(streams).toBe(2)
      for (const one of [id, next.id]) {
        await tabs[1]!.getByRole('button', { name: `Cancel ${one}` }).click()
        await tabs[1]!.getByRole('button', { name: 'Cancel run' }).click()
        await until(one, ({ status }) => status === 'canceled')
      }
    })

    const lists: Lane = {
      'the list': async page => {
        await visit(page, '/executions')
        await page.locator('[data-row]').first().waitFor()
      },
      'an empty list': async page => {
        await visit(page, '/executions?pipeline=none')
        await page.getByText('No execution fits these filters').waitFor()
      },
      'a list that was refused': async page => {
        await visit(page, '/executions?status=odd')
        await page.getByText('The executions could not be loaded.').waitFor()
      },
      'the sign-in': async page => {
        await page.context().clearCookies()
        await page.goto('/')
        await page.getByLabel('Login link or code').waitFor()
      },
    }

    const executions: Lane = {
      'an ended execution': async page => {
        await visit(page, `/executions/${first}`)
        await page.getByText('What went in').waitFor()
      },
      'a running execution': async page => {
        await visit(page, `/executions/${running}`)
        await page.locator('canvas').first().waitFor()
        await page.getByText('Numbers').first().click()
        await page.getByText('What would another configuration have said?').click()
        await page.getByText(/and would have been/).waitFor()
      },
      'the dialog': async page => {
        await page.keyboard.press('r')
        await page.getByRole('dialog').waitFor()
      },
      'no execution': async page => {
        await visit(page, '/executions/none')
        await page.getByText('There is nothing here').waitFor()
      },
      'the help': async page => {
        await page.keyboard.press('?')
        await page.getByRole('dialog').waitFor()
      },
    }

    test('no view has a barrier, in light and dark colours, on small screens and zoomed', async () => {
      expect(await flawsOfLanes(at.pages, [lists, executions])).toEqual({})
    })

    test('a roll back takes five keys, and says first what will happen', async () => {
      const page = await signedIn(`/executions/${running}`)
      await page.getByText('Verdict so far').waitFor()
      await page.keyboard.press('r')
      const dialog = page.getByRole('dialog', { name: 'Roll back shop?' })
      await dialog.getByText(/live traffic of shop on local goes back to stable/).waitFor()
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: /rolled back/ }).waitFor()
      expect((await at.server.client.getExecution({ id: running })).status).toBe('rolled-back')
      const against = page.getByRole('button', { name: /Roll back: not now/ })
      await against.focus()
      await page.getByText('This execution has been rolled back.').first().waitFor()
    })

    test('a canary that fails says so in words and numbers, and its version waits in quarantine', async () => {
      const { id } = await start('1.9.0', '', '1')
      await until(id, ({ status }) => status === 'rolled-back')
      const page = await signedIn(`/executions/${id}`)
      const verdict = page.getByRole('region', { name: 'Verdict' })
      await verdict.getByText('fail', { exact: true }).waitFor()
      await page.getByRole('row', { name: /errors.*100.%/ }).waitFor()
      await page.getByRole('link', { name: 'Targets' }).click()
      await page.getByText(/shop 1\.9\.0 has been in quarantine for .* and is for another/).waitFor()
    })

    test('says when the connection is lost, and shows the present when it is back', async () => {
      const page = await signedIn(`/executions/${await startCanary('1.10.0')}`)
      await page.getByText('Verdict so far').waitFor()
      await at.kill()
      await page.getByText(/Connection lost, showing state from \d+s ago/).waitFor()
      await at.startAgain()
      await page.getByText(/Connection lost, showing/).waitFor({ state: 'detached' })
      const look = page.getByText(/^Look \d+/)
      const seen = await look.textContent()
      await expect.poll(() => look.textContent(), { timeout: patience }).not.toBe(seen)
    })
  })
})
