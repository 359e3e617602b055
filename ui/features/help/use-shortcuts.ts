import { useEffect, useRef } from 'react'
import { type ShortcutName, shortcuts, shortcutsEnabled } from './shortcuts.ts'

export type ShortcutHandlers = Partial<Record<ShortcutName, () => void>>

/** Calls the handler when its key is pressed, unless somebody is typing or a dialog is open. */
export function useShortcuts(handlers: ShortcutHandlers): void {
  const newest = useRef(handlers)
  newest.current = handlers
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const handler = handlerOf(newest.current, event.key)
      if (handler === undefined || event.defaultPrevented || !isFree(event)) return
      event.preventDefault()
      handler()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

function handlerOf(handlers: ShortcutHandlers, key: string): (() => void) | undefined {
  const names = Object.keys(shortcuts) as ShortcutName[]
  const name = names.find(candidate => shortcuts[candidate].key === key)
  return name === undefined ? undefined : handlers[name]
}

function isFree(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false
  const typing = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')
  return !typing && document.querySelector('dialog[open]') === null && shortcutsEnabled()
}
