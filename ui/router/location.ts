import { useSyncExternalStore } from 'react'

/** Where the browser is. The URL is the only copy: back, forward, reload and a shared link all give the same view. */
export interface Place {
  path: string
  search: URLSearchParams
}

let href = ''
let place: Place = { path: '/', search: new URLSearchParams() }

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, currentPlace)
}

/** The same object as long as the URL is the same. */
export function currentPlace(): Place {
  if (href !== window.location.href) {
    href = window.location.href
    place = { path: window.location.pathname, search: new URLSearchParams(window.location.search) }
  }
  return place
}

/** Goes to a path of this page, as if a link was followed. */
export function navigate(to: string): void {
  if (to === window.location.pathname + window.location.search) return
  const before = currentPlace().path
  window.history.pushState(null, '', to)
  window.dispatchEvent(new Event('placechange'))
  if (currentPlace().path !== before) window.scrollTo(0, 0)
}

/** Changes the URL without a step in the history. */
export function replace(to: string): void {
  window.history.replaceState(null, '', to)
  window.dispatchEvent(new Event('placechange'))
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('popstate', onChange)
  window.addEventListener('placechange', onChange)
  return () => {
    window.removeEventListener('popstate', onChange)
    window.removeEventListener('placechange', onChange)
  }
}
