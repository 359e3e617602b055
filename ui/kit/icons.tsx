import type { ReactNode } from 'react'

/** Icons of 16 × 16, drawn with the text's colour. Always beside a word, or on a control that has a name. */
function icon(drawing: ReactNode) {
  return function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    )
  }
}

const ring = <circle cx="8" cy="8" r="6.2" />
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />

export const icons = {
  dotted: icon(<circle cx="8" cy="8" r="6.2" strokeDasharray="1.6 3.2" />),
  empty: icon(ring),
  turning: icon(
    <>
      <circle cx="8" cy="8" r="6.2" opacity="0.3" />
      <path d="M8 1.8a6.2 6.2 0 0 1 6.2 6.2" />
    </>,
  ),
  person: icon(
    <>
      <circle cx="8" cy="5" r="2.7" />
      <path d="M2.8 14c.5-3 2.5-4.5 5.2-4.5s4.7 1.5 5.2 4.5" />
    </>,
  ),
  hand: icon(
    <>
      <path d="M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2z" />
      <path d="M6.5 5.8v4.4M9.5 5.8v4.4" />
    </>,
  ),
  pause: icon(
    <>
      {ring}
      <path d="M6.4 5.8v4.4M9.6 5.8v4.4" />
    </>,
  ),
  back: icon(
    <>
      <path d="M2 3v3.8h3.8" />
      <path d="M2.4 6.6A6 6 0 1 1 2.8 11" />
    </>,
  ),
  check: icon(
    <>
      {disc}
      <path d="m5 8.2 2.1 2.1L11.2 6" stroke="var(--surface)" />
    </>,
  ),
  cross: icon(
    <>
      {disc}
      <path d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8" stroke="var(--surface)" />
    </>,
  ),
  minus: icon(
    <>
      {ring}
      <path d="M5.2 8h5.6" />
    </>,
  ),
  slash: icon(
    <>
      {ring}
      <path d="m3.8 12.2 8.4-8.4" />
    </>,
  ),
  warning: icon(
    <>
      <path d="M8 2 1.5 13.6h13z" />
      <path d="M8 6.4v3M8 11.7v.1" />
    </>,
  ),
  question: icon(
    <>
      {ring}
      <path d="M6.2 6.3c.1-1 .8-1.6 1.8-1.6s1.8.6 1.8 1.5c0 1.3-1.8 1.4-1.8 2.7M8 11.3v.1" />
    </>,
  ),
  skip: icon(<path d="m3.5 4 4 4-4 4M8.5 4l4 4-4 4" />),
  forward: icon(<path d="M8 13.5v-11M3.5 7 8 2.5 12.5 7" />),
  search: icon(
    <>
      <circle cx="7" cy="7" r="4.6" />
      <path d="m10.5 10.5 3.5 3.5" />
    </>,
  ),
  sun: icon(
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3.05 3.050l1 1M11.95 11.950l1 1M12.95 3.050l-1 1M4.05 11.950l-1 1" />
    </>,
  ),
  moon: icon(<path d="M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1z" />),
  screen: icon(
    <>
      <rect x="1.8" y="2.6" width="12.4" height="8.4" rx="1.2" />
      <path d="M5.5 13.7h5M8 11v2.7" />
    </>,
  ),
  close: icon(<path d="m4 4 8 8M12 4l-8 8" />),
  chevron: icon(<path d="m6 3.5 4.5 4.5L6 12.5" />),
} as const

export type IconName = keyof typeof icons
