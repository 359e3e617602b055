import { type Browser, chromium } from 'playwright-core'
import { component, whyMissing } from './components.ts'

/** Path of a browser for the tests of the page; null means skip, `whyNoBrowser` says why. */
export const browserPath = component('chromium')

export const whyNoBrowser = whyMissing('chromium')

/** A real Chromium without a window, quiet on the network. The caller closes it. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
