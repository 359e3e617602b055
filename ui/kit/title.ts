import { useEffect } from 'react'

/** The title of the browser's tab: how much waits for a person, what is shown, and the product. */
export function useTitle(title: string): void {
  useEffect(() => {
    shown = title
    write()
  }, [title])
}

/** How much waits for a person, so that it is seen from another tab. */
export function useTitleCount(waiting: number): void {
  useEffect(() => {
    count = waiting
    write()
  }, [waiting])
}

let shown = ''
let count = 0

function write(): void {
  document.title = `${count > 0 ? `(${count}) ` : ''}${shown === '' ? '' : `${shown} · `}Slipway`
}
