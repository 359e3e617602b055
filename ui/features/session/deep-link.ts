import { replace } from '../../router/location.ts'
import { localPath } from './login-link.ts'

const storageKey = 'slipway-next'

/** Before the page is left to sign in elsewhere: where to go on afterwards. Only this tab knows it. */
export function rememberPlace(): void {
  const { pathname, search, hash } = window.location
  sessionStorage.setItem(storageKey, pathname + search + hash)
}

/** Back from there: goes on where somebody wanted to go. Called once, at the start. */
export function returnToPlace(): void {
  const next = sessionStorage.getItem(storageKey)
  sessionStorage.removeItem(storageKey)
  if (next !== null && window.location.pathname === '/') replace(localPath(next, window.location.origin))
}
