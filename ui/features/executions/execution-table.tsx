import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Execution } from '../../../pipeline/execution.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import type { Steering } from '../steering/steering.ts'
import { useSteering } from '../steering/use-steering.tsx'
import { ExecutionRow } from './execution-row.tsx'
import styles from './execution-table.module.css'
import type { ExecutionFilter } from './filter.ts'
import { usualTimes } from './usual.ts'

interface ExecutionTableProps {
  executions: readonly Execution[]
  filter: ExecutionFilter
}

/** In the order they are offered: what is looked for most comes first. */
const acts: readonly Steering[] = ['rollback', 'promote', 'cancel']

/**
 * A table for those who listen, a grid for the eye: on narrow screens every row becomes a card. Only rows near the
 * screen are drawn, so that ten thousand cost no more than twenty.
 */
export function ExecutionTable({ executions, filter }: ExecutionTableProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [offset, setOffset] = useState(0)
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), [])
  const rows = useWindowVirtualizer({
    count: executions.length,
    estimateSize: () => 62,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: index => executions[index]!.id,
  })
  const usual = useMemo(() => usualTimes(executions), [executions])
  const { against, ask, dialog } = useSteering()
  const shown = rows.getVirtualItems()

  /** The execution whose row has the focus; null when none has. */
  function focused(): number | null {
    const row = document.activeElement?.closest<HTMLElement>('tr[data-index]')
    return row && body.current?.contains(row) ? Number(row.dataset.index) : null
  }

  function move(step: 1 | -1) {
    const at = focused()
    const next = at === null ? 0 : at + step
    if (next < 0 || next >= executions.length) return
    rows.scrollToIndex(next, { align: 'auto' })
    const link = () => body.current?.querySelector<HTMLElement>(`tr[data-index="${next}"] [data-row]`)
    if (link()) link()?.focus()
    else requestAnimationFrame(() => link()?.focus())
  }

  function act(what: Steering) {
    const at = focused()
    if (at !== null) ask(what, executions[at]!)
  }

  useShortcuts({
    'next-row': () => move(1),
    'previous-row': () => move(-1),
    rollback: () => act('rollback'),
    promote: () => act('promote'),
    cancel: () => act('cancel'),
  })
  return (
    <>
      <table className={styles.table} aria-rowcount={executions.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Status</th>
            <th scope="col">Pipeline</th>
            <th scope="col">Release</th>
            <th scope="col">Now</th>
            <th scope="col">Canary</th>
            <th scope="col">Trigger</th>
            <th scope="col">Started</th>
            <th scope="col">Took</th>
            <td className={styles.acts} />
          </tr>
        </thead>
        <tbody
          ref={body}
          style={{
            paddingTop: (shown[0]?.start ?? offset) - offset,
            paddingBottom: rows.getTotalSize() - ((shown.at(-1)?.end ?? offset) - offset),
          }}
        >
          {shown.map(({ index, key }) => (
            <ExecutionRow
              key={key}
              execution={executions[index]!}
              filter={filter}
              index={index}
              usual={usual.get(executions[index]!.pipeline)}
              acts={acts.filter(one => against(one, executions[index]!) === null)}
              onAct={ask}
              measure={rows.measureElement}
            />
          ))}
        </tbody>
      </table>
      {dialog}
    </>
  )
}
