/** Every key that does something by itself, for the handlers and for the help. */
export const shortcuts = {
  'next-row': { key: 'j', what: 'Next execution or stage' },
  'previous-row': { key: 'k', what: 'Previous execution or stage' },
  search: { key: '/', what: 'Find a pipeline or an execution' },
  list: { key: 'e', what: 'All executions' },
  inbox: { key: 'i', what: 'Inbox: what waits for a person' },
  pipelines: { key: 'l', what: 'Pipelines' },
  traffic: { key: 't', what: 'Live traffic' },
  targets: { key: 'd', what: 'Targets: what is deployed where' },
  audit: { key: 'u', what: 'Audit log' },
  rollback: { key: 'r', what: 'Roll back the execution that is open or has the focus' },
  promote: { key: 'p', what: 'Promote its canary' },
  cancel: { key: 'c', what: 'Cancel it' },
  pause: { key: 's', what: 'Pause it, or go on with it' },
  answer: { key: 'a', what: 'Answer what it asks' },
  help: { key: '?', what: 'This help' },
} as const satisfies Record<string, { key: string; what: string }>

export type ShortcutName = keyof typeof shortcuts

const storageKey = 'slipway-shortcuts'

/** Keys can be switched off: a voice or a cat may press them by accident. */
export function shortcutsEnabled(): boolean {
  return localStorage.getItem(storageKey) !== 'off'
}

export function enableShortcuts(enabled: boolean): void {
  if (enabled) localStorage.removeItem(storageKey)
  else localStorage.setItem(storageKey, 'off')
}
