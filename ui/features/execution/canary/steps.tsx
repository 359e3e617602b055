import type { StageState } from '../../../../pipeline/execution.ts'
import type { StageOf } from '../../../../pipeline/schema/stage.ts'
import { isFinal } from '../../../../pipeline/statuses.ts'
import { percent } from '../../../words/numbers.ts'
import { lengthOf } from '../../../words/time.ts'
import styles from './canary-report.module.css'

/** The ladder of weights the canary climbs, and where it is. */
export function Steps({ canary, stage }: { canary: StageOf<'canary'>; stage: StageState }) {
  const at = stage.progress?.step ?? -1
  const over = isFinal(stage.status)
  return (
    <ol className={styles.steps} aria-label="Steps">
      {canary.steps.map((step, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity, and their order never changes
          key={index}
          className={styles.step}
          data-state={stateOf(index, at, stage.status)}
          aria-current={index === at && !over ? 'step' : undefined}
        >
          <span className="number">{shareOf(step)}</span>
          <span>up to {lengthOf(step.for)}</span>
        </li>
      ))}
    </ol>
  )
}

/** `5 %`, `20 % copied`, or both. */
function shareOf({ weight, mirror }: StageOf<'canary'>['steps'][number]): string {
  const copied = mirror === undefined ? [] : [`${percent(mirror)} copied`]
  return [...(weight > 0 ? [percent(weight)] : []), ...copied].join(' + ')
}

/** `last` is where a canary ended that did not succeed. */
function stateOf(index: number, at: number, status: StageState['status']): 'done' | 'last' | undefined {
  if (index < at || status === 'succeeded') return 'done'
  return index === at && isFinal(status) ? 'last' : undefined
}
