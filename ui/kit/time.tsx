import { ago, exactly, lengthOf } from '../words/time.ts'
import { useNow } from './now.ts'

/** How long ago, kept up to date; the exact time is in the tooltip. */
export function Ago({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(now - Date.parse(at))}
    </time>
  )
}

/** How long it has taken so far, or took in all; a dash before it has begun. */
export function Took({ from, to }: { from: string | null; to: string | null }) {
  if (from === null) return <span>–</span>
  if (to === null) return <Running from={from} />
  return <span className="number">{lengthOf(Date.parse(to) - Date.parse(from))}</span>
}

function Running({ from }: { from: string }) {
  const now = useNow()
  return <span className="number">{lengthOf(now - Date.parse(from))}</span>
}

/** How much time is left until then; `no time` when it has passed. */
export function Left({ until }: { until: string }) {
  const now = useNow()
  const left = Date.parse(until) - now
  return (
    <time dateTime={until} title={exactly(until)} className="number">
      {left > 0 ? lengthOf(left) : 'no time'}
    </time>
  )
}
