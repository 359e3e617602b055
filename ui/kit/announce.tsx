import { useSyncExternalStore } from 'react'

/** Says something to those who listen instead of look. One polite live region for the whole page. */
export function announce(words: string): void {
  // A repeated sentence is only read again when the text differs.
  text = words === text ? `${words}\u00a0` : words
  for (const listener of listeners) listener()
}

export function Announcer() {
  const words = useSyncExternalStore(subscribe, () => text)
  return (
    <div className="sr" role="status" aria-live="polite">
      {words}
    </div>
  )
}

let text = ''
const listeners = new Set<() => void>()

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange)
  return () => listeners.delete(onChange)
}
