import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { Client } from '../api/client/client.ts'
import { visit } from './page.ts'

/** A pipeline of so many stages behind one that waits until it is skipped; three events a stage, five stages at a time. */
export function writeMany(folder: string, stages: number): void {
  const lines = Array.from({ length: stages }, (_, index) => {
    const needs = index < 5 ? 'gate' : `s-${index - 5}`
    return `  - { id: s-${index}, type: wait, for: 10ms, needs: [${needs}] }`
  })
  const head = ['name: many', 'application: shop', 'stages:', '  - { id: gate, type: wait, for: 1h }']
  writeFileSync(join(folder, 'many.yaml'), [...head, ...lines, ''].join('\n'))
}

export interface Followed {
  events: number
  /** Milliseconds from when something happened until it was on the screen, of what is shown without being asked for. */
  delays: number[]
  /** The same until a client of the API was told, without a page. */
  told: number[]
  lost: number
  doubled: number
}

/**
 * Lets that pipeline run while its page is open, and compares what the page has shown, without a reload, with what the
 * server has recorded and with the page as it is when it is opened afterwards. `noteEntries` must run in the page.
 */
export async function followRun(page: Page, client: Client, during = async () => {}): Promise<Followed> {
  const { id } = await client.startExecution({ name: 'many' })
  await visit(page, `/executions/${id}`)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.getByText('running').first().waitFor()
  const begun = Date.now()
  const hearing = hear(client, id)
  await client.skipExecution({ id, body: {} })
  await during()
  await timeline.getByText('execution succeeded').waitFor()
  const noted = await page.evaluate(() => Object.entries((window as unknown as Watched).delays))
  const delays = noted.filter(([entry]) => Date.parse(entry.split(' ')[0]!) >= begun).map(([, delay]) => delay)
  const told = hearing.end().filter(({ at }) => at >= begun)
  const events = await recorded(client, id)
  const shown = await entriesOf(timeline)
  await page.reload()
  await timeline.getByText('execution succeeded').waitFor()
  const afterwards = await entriesOf(timeline)
  const count = (entries: readonly string[]) => Map.groupBy(entries, entry => entry)
  const [live, fresh] = [count(shown), count(afterwards)]
  return {
    ...{ events, delays, told: told.map(({ at, heard }) => heard - at) },
    lost: events - afterwards.length + [...fresh.keys()].filter(entry => !live.has(entry)).length,
    doubled: [...live].filter(([entry, own]) => own.length > (fresh.get(entry)?.length ?? 0)).length,
  }
}

/** Notes when a client of the API hears of what happens in a run. */
function hear(client: Client, execution: string) {
  const enough = new AbortController()
  const heard: { at: number; heard: number }[] = []
  const listening = (async () => {
    for await (const item of client.events({ execution, signal: enough.signal }))
      if (item.type === 'event') heard.push({ at: Date.parse(item.event.at), heard: Date.now() })
  })()
  listening.catch(() => {})
  return {
    end() {
      enough.abort()
      return heard
    },
  }
}

/** Every entry of a timeline, with its time. */
async function entriesOf(timeline: Locator): Promise<string[]> {
  for (const name of [/^Show every look/, /^Show \d+ older/]) {
    const button = timeline.getByRole('button', { name })
    if ((await button.count()) > 0) await button.click()
  }
  return timeline
    .getByRole('listitem')
    .evaluateAll(entries => entries.map(entry => `${entry.querySelector('time')?.dateTime} ${entry.textContent}`))
}

/** How much the server has recorded of a run. */
async function recorded(client: Client, execution: string): Promise<number> {
  const { position } = await client.getExecution({ id: execution })
  const enough = new AbortController()
  let events = 0
  for await (const item of client.events({ execution, after: 0, signal: enough.signal })) {
    if (item.type !== 'event') continue
    events += 1
    if (item.event.position >= position) break
  }
  enough.abort()
  return events
}

interface Watched {
  delays: Record<string, number>
}

/** Runs in the page, before everything else: notes how late each entry of a timeline is first drawn. */
export function noteEntries(): void {
  const watched = window as unknown as Watched
  watched.delays = {}
  const note = (node: Node) => {
    if (!(node instanceof Element)) return
    for (const time of node.querySelectorAll('li > time'))
      watched.delays[`${time.getAttribute('datetime')} ${time.parentElement?.textContent}`] ??=
        Date.now() - Date.parse(time.getAttribute('datetime') ?? '')
  }
  new MutationObserver(changes => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        note(node)
        if (node instanceof Element && node.matches('li') && node.parentElement) note(node.parentElement)
      }
  }).observe(document, { subtree: true, childList: true })
}
