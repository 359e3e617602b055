import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Execution } from '../pipeline/execution.ts'
import { type Server, startServer } from '../setup/server.ts'
import { browserPath } from './browser.ts'
import { openPages, type Pages } from './page.ts'

/** A real server with its page for all tests of a file, in one browser; pages are closed after each test. */
export interface PageServer {
  readonly server: Server
  readonly pages: Pages
  /** A fresh one for this test alone, which all its pages are in from then on. Tests that do not ask share one. */
  context(): Promise<BrowserContext>
  /** A page of somebody who has signed in. */
  signedIn(path: string): Promise<Page>
  /** Address of a page that signs in whoever opens it, once. */
  loginAddress(): Promise<string>
  /** The run once `holds` is true of it; rejects when that takes more than a minute. */
  until(id: string, holds: (execution: Execution) => boolean): Promise<Execution>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  startAgain(): Promise<void>
}

/** To be called where tests are described. What must not happen in a page fails the test that it happens in. */
export function usePageServer(prepare: () => { configuration: string; env?: NodeJS.ProcessEnv }): PageServer {
  const data = mkdtempSync(join(tmpdir(), 'slipway-page-'))
  let options: Parameters<typeof startServer>[0]
  let server: Server
  let pages: Pages
  let shared: BrowserContext
  let own: BrowserContext | null = null

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['setup/build.ts'])
    options = { data, args: ['--stop-instances'], ...prepare() }
    server = await startServer(options)
    pages = await openPages(browserPath as string, () => server.url, await loginAddress())
    shared = await pages.context()
  })

  afterAll(async () => {
    await pages?.close()
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })

  beforeEach(() => {
    pages.unwanted.length = 0
  })

  afterEach(async () => {
    await own?.close()
    own = null
    for (const page of shared.pages()) await page.close()
    expect(pages.unwanted).toEqual([])
  })

  /** The server may say that people reach it elsewhere than where it listens. */
  async function loginAddress(): Promise<string> {
    const { pathname, hash } = new URL((await server.client.createLoginLink()).url)
    return server.url + pathname + hash
  }

  return {
    get server() {
      return server
    },
    get pages() {
      return pages
    },
    async context() {
      own ??= await pages.context()
      return own
    },
    signedIn: path => pages.signedIn(path, own ?? shared),
    loginAddress,
    async until(id, holds) {
      const deadline = Date.now() + 60_000
      for (let execution = await server.client.getExecution({ id }); ; ) {
        if (holds(execution)) return execution
        if (Date.now() > deadline) throw new Error(`${id} never came so far: ${JSON.stringify(execution)}`)
        execution = await server.client.getExecution({ id, wait: '5s', after: execution.position })
      }
    },
    kill: () => server.kill(),
    async startAgain() {
      const { port } = new URL(server.url)
      server = await startServer({ ...options, args: ['--stop-instances', '--port', port] })
    },
  }
}
