import { type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './dialog.module.css'
import { icons } from './icons.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside, makes the rest inert and gives the focus back.
 * The focus goes to the element marked `data-first`, else to the title. Open as long as it is rendered.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    const first = element?.querySelector<HTMLElement>('[data-first]') ?? element?.querySelector('h2')
    first?.focus()
    return () => element?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop; Escape comes as `cancel`
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={titleId}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onClick={event => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className={styles.content}>
        <div className={styles.top}>
          <h2 id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" className={styles.close} onClick={onClose} aria-label="Close">
            <icons.close />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
