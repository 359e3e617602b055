import type { StageStatus } from '../../pipeline/statuses.ts'
import type { IconName } from './icons.tsx'

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'person' | 'quiet'

interface Mark {
  icon: IconName
  tone: Tone
  word: string
}

/** How every status looks. Shape and word differ, not only the colour. */
export const statusMarks = {
  pending: { icon: 'empty', tone: 'quiet', word: 'pending' },
  queued: { icon: 'dotted', tone: 'quiet', word: 'queued' },
  running: { icon: 'turning', tone: 'busy', word: 'running' },
  waiting: { icon: 'person', tone: 'person', word: 'waiting' },
  held: { icon: 'hand', tone: 'person', word: 'held' },
  paused: { icon: 'pause', tone: 'person', word: 'paused' },
  'rolling-back': { icon: 'back', tone: 'warn', word: 'rolling back' },
  succeeded: { icon: 'check', tone: 'good', word: 'succeeded' },
  failed: { icon: 'cross', tone: 'bad', word: 'failed' },
  'rolled-back': { icon: 'back', tone: 'bad', word: 'rolled back' },
  rejected: { icon: 'minus', tone: 'bad', word: 'rejected' },
  canceled: { icon: 'slash', tone: 'quiet', word: 'canceled' },
  errored: { icon: 'warning', tone: 'warn', word: 'errored' },
  skipped: { icon: 'skip', tone: 'quiet', word: 'skipped' },
} as const satisfies Record<StageStatus, Mark>
