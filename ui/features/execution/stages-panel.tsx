import type { Execution } from '../../../pipeline/execution.ts'
import { planStages } from '../../../pipeline/plan.ts'
import { LazyGraph } from '../../graph/lazy-graph.tsx'
import { Panel } from '../../kit/panel.tsx'
import { Segments } from '../../kit/segments.tsx'
import { navigate, usePlace } from '../../router/location.ts'
import { executionPath, withSearch } from '../../router/routes.ts'
import { useDefinition } from './queries.ts'
import { StageList, wordsOf } from './stage-list.tsx'

interface StagesPanelProps {
  execution: Execution
  /** The stage whose panel is open. */
  shown: string | null
}

const forms = { list: 'List', graph: 'Graph' } as const
type Form = keyof typeof forms

/** Whether the stages are looked at as a graph; in the address, so that it can be shared. */
export function useForm(): Form {
  return usePlace().search.get('as') === 'graph' ? 'graph' : 'list'
}

/** The stages, as a list or as the graph they are. */
export function StagesPanel({ execution, shown }: StagesPanelProps) {
  const form = useForm()
  const choose = (as: Form) =>
    navigate(withSearch(executionPath(execution.id), { stage: shown, as: as === 'graph' ? as : null }))
  return (
    <Panel
      title="Stages"
      aside={
        execution.stages.length > 1 && (
          <Segments label="Show the stages as" options={forms} chosen={form} onChoose={choose} />
        )
      }
    >
      {form === 'graph' ? (
        <Graph execution={execution} shown={shown} />
      ) : (
        <StageList execution={execution} shown={shown} />
      )}
    </Panel>
  )
}

function Graph({ execution, shown }: StagesPanelProps) {
  const definition = useDefinition(execution.id)
  const plan = planStages(definition?.stages ?? execution.stages).plan
  return (
    <LazyGraph
      stages={execution.stages.map(stage => ({
        ...{ id: stage.id, status: stage.status, words: wordsOf(stage), current: stage.id === shown },
        needs: plan?.needs[stage.id] ?? [],
        to: withSearch(executionPath(execution.id), { stage: stage.id, as: 'graph' }),
      }))}
    />
  )
}
