import { type ReactNode, useEffect, useRef } from 'react'
import styles from './page.module.css'
import { useTitle } from './title.ts'

interface PageProps {
  /** Of the browser's tab and of the heading that takes the focus when the view opens. */
  title: string
  heading: ReactNode
  aside?: ReactNode
  children: ReactNode
}

/** The frame of every view: tab title, one `h1` that is focused after navigation, and what stands beside it. */
export function Page({ title, heading, aside, children }: PageProps) {
  const headingRef = useRef<HTMLHeadingElement>(null)
  useTitle(title)
  useEffect(() => {
    if (firstView) firstView = false
    else headingRef.current?.focus({ preventScroll: true })
  }, [])
  return (
    <main className={styles.page} id="content">
      <div className={styles.top}>
        <h1 ref={headingRef} tabIndex={-1} className={styles.heading}>
          {heading}
        </h1>
        {aside}
      </div>
      {children}
    </main>
  )
}

/** After a fresh load the browser's own focus stays where it is. */
let firstView = true
