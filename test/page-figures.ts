import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'

/** What a page did until something could be read off it, in milliseconds. */
export interface Drawn {
  /** From the start of the navigation until the wanted element was there. */
  paint: number
  /** The longest time the page did not answer. */
  longestTask: number
}

/** Opens an address and measures until `selector` is drawn, and tasks until `settle` milliseconds after it. */
export async function draw(page: Page, address: string, selector: string, settle = 1_500): Promise<Drawn> {
  await page.addInitScript(watch, selector)
  await page.goto(address)
  await page.waitForFunction(() => (window as unknown as Watched).drawnAt !== undefined)
  await page.waitForTimeout(settle)
  return page.evaluate(() => {
    const { drawnAt, tasks } = window as unknown as Watched
    return { paint: Math.round(drawnAt!), longestTask: Math.round(Math.max(0, ...tasks)) }
  })
}

interface Watched {
  drawnAt: number | undefined
  tasks: number[]
}

/** Runs in the page, before everything else. */
function watch(selector: string): void {
  const watched = window as unknown as Watched
  watched.drawnAt = undefined
  watched.tasks = []
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) watched.tasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  const look = () => {
    if (document.querySelector(selector) === null) requestAnimationFrame(look)
    else requestAnimationFrame(() => setTimeout(() => (watched.drawnAt = performance.now())))
  }
  look()
}

/** Of many, the value that `share` of them do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** The most that the page may load before it draws anything, in bytes. */
export const mostScripts = 250_000

/** What the built page loads of scripts before it draws anything, in bytes as they are sent (gzip). */
export function initialScripts(): number {
  const html = readFileSync('ui/dist/index.html', 'utf8')
  const files = [...html.matchAll(/<(?:script|link rel="modulepreload")[^>]*(?:src|href)="([^"]+)"/g)]
  if (files.length === 0) throw new Error('ui/dist/index.html loads no script')
  const sizes = files.map(([, file]) => gzipSync(readFileSync(join('ui/dist', file!))).length)
  return sizes.reduce((sum, one) => sum + one, 0)
}
