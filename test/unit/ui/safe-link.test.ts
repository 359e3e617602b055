import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { SafeLink } from '../../../ui/kit/safe-link.tsx'

const shown = (href: string) => renderToStaticMarkup(SafeLink({ href, children: 'here' }) as ReactElement)

test('only an absolute address of the web becomes a link', () => {
  expect(shown('https://example.org/a?b')).toBe(
    '<a href="https://example.org/a?b" target="_blank" rel="noopener noreferrer">here</a>',
  )
  expect(shown('http://10.0.0.1:8080')).toContain('<a ')
})

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://example.org/1',
  'file:///etc/passwd',
  '//example.org/x',
  '/executions',
  'mailto:a@example.org',
  '"><img src=x onerror=alert(1)>',
])('%j stays text', href => {
  expect(shown(href)).toBe('here')
})
