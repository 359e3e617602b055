import type { Verdict } from '../../pipeline/canary/judge.ts'
import { type IconName, icons } from './icons.tsx'
import styles from './mark.module.css'
import type { Tone } from './status-marks.ts'

/** How every verdict looks. `errored` is not `fail`: nothing is known, so it is a warning. */
const verdictMarks = {
  pass: { icon: 'check', tone: 'good', word: 'pass' },
  fail: { icon: 'cross', tone: 'bad', word: 'fail' },
  insufficient: { icon: 'question', tone: 'quiet', word: 'undecided' },
  errored: { icon: 'warning', tone: 'warn', word: 'errored' },
} as const satisfies Record<Verdict, { icon: IconName; tone: Tone; word: string }>

/** A verdict as icon and word; `insufficient` reads "undecided" until it is final. */
export function VerdictMark({ verdict, large }: { verdict: Verdict; large?: 'large' }) {
  const { icon, tone, word } = verdictMarks[verdict]
  const Icon = icons[icon]
  return (
    <span className={styles.mark} data-tone={tone} data-size={large}>
      <Icon />
      {word}
    </span>
  )
}
