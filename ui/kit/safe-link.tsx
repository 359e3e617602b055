import type { ReactNode } from 'react'

/** A link to an address that somebody else wrote: absolute http or https only, everything else stays plain text. */
export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  if (!isWebAddress(href)) return <>{children}</>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

export function isWebAddress(text: string): boolean {
  const parsed = URL.parse(text)
  return parsed !== null && (parsed.protocol === 'https:' || parsed.protocol === 'http:')
}
