import { type ReactNode, useState } from 'react'
import type { Execution } from '../../../pipeline/execution.ts'
import { useSession } from '../session/queries.ts'
import { refusal, rightFor, type Steering } from './steering.ts'
import { SteeringDialog } from './steering-dialog.tsx'

export interface SteeringControls {
  /** Why this cannot be done now, as a sentence; null when it can. */
  against(act: Steering, execution: Execution): string | null
  /** Opens the dialog that says what will happen; does nothing when it cannot be done. `stage`: the one looked at. */
  ask(act: Steering, execution: Execution, stage?: string): void
  /** To be put somewhere into the view: the dialog while it is open. */
  dialog: ReactNode
}

/** Steering from wherever an execution is shown: one dialog a view, and the reasons against. */
export function useSteering(): SteeringControls {
  const [asked, setAsked] = useState<{ act: Steering; execution: Execution; stage?: string } | null>(null)
  const against = useAgainst()
  return {
    against,
    ask(act, execution, stage) {
      if (against(act, execution) === null) setAsked({ act, execution, ...(stage === undefined ? {} : { stage }) })
    },
    dialog: asked && <SteeringDialog {...asked} onClose={() => setAsked(null)} />,
  }
}

/** Why an act cannot be done: the run's state, or that one may not. */
export function useAgainst(): SteeringControls['against'] {
  const rights = useSession().data?.rights ?? []
  return (act, execution) =>
    rights.includes(rightFor(act)) ? refusal(act, execution) : 'You may look at executions, not steer them.'
}
