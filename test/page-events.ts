import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Client } from '../api/client/client.ts'
import type { StoredEvent } from '../pipeline/execution.ts'
import { routine, sentencesOf } from '../ui/features/execution/timeline-words.ts'
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
  /** Milliseconds from when something happened until it was on the screen. */
  delays: number[]
  lost: number
  doubled: number
}

/**
 * Lets that pipeline run while its page is open, and compares what the page has shown, without a reload, with what the
 * server has recorded. The page must have been opened with `noteEntries`.
 */
export async function followRun(page: Page, client: Client, during = async () => {}): Promise<Followed> {
  const { id } = await client.startExecution({ name: 'many' })
  await visit(page, `/executions/${id}`)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.getByText('running').first().waitFor()
  await client.skipExecution({ id, body: {} })
  await during()
  await page.getByRole('heading', { level: 1, name: /succeeded/ }).waitFor()
  const events = await recorded(client, id)
  const told = sentencesOf(events).map((sentence, index) => `${events[index]!.stage ?? ''} ${sentence}`.trim())
  await timeline.getByText(told.at(-1)!).first().waitFor()
  const older = timeline.getByRole('button', { name: /Show \d+ older/ })
  if ((await older.count()) > 0) await older.click()
  const entries = await timeline.getByRole('listitem').locator('span').allTextContents()
  const shown = Map.groupBy(entries, entry => entry.trim())
  const arrived = await page.evaluate(() => (window as unknown as { arrived: Record<string, number> }).arrived)
  return {
    events: events.length,
    delays: events.flatMap(({ at }, index) => {
      const seen = arrived[`${id} ${told[index]}`]
      return seen === undefined ? [] : [seen - Date.parse(at)]
    }),
    lost: told.filter(text => !shown.has(text)).length,
    doubled: told.filter(text => (shown.get(text)?.length ?? 0) > told.filter(other => other === text).length).length,
  }
}

/** What the timeline of a page shows of a run, in order. */
async function recorded(client: Client, execution: string): Promise<StoredEvent[]> {
  const { position } = await client.getExecution({ id: execution })
  const enough = new AbortController()
  const events: StoredEvent[] = []
  for await (const item of client.events({ execution, after: 0, signal: enough.signal })) {
    if (item.type !== 'event') continue
    events.push(item.event)
    if (item.event.position >= position) break
  }
  enough.abort()
  return events.filter(({ kind }) => !routine.has(kind))
}

/** Runs in the page, before everything else: notes when each entry of a timeline is first drawn. */
export function noteEntries(): void {
  const watched = window as unknown as { arrived: Record<string, number> }
  watched.arrived = {}
  const note = (node: Node) => {
    if (!(node instanceof Element)) return
    const id = location.pathname.split('/').at(-1)
    for (const entry of node.querySelectorAll('time + span'))
      watched.arrived[`${id} ${entry.textContent?.trim()}`] ??= Date.now()
  }
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) for (const node of addedNodes) note(node)
  }).observe(document, { subtree: true, childList: true })
}
