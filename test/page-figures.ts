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

/** Of many, the value that 95 of 100 do not exceed. */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN
}
