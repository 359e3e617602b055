import { Button, NativeSelect } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { PipelineDetail } from '../../../../api/contract/pipelines.ts'
import { Panel } from '../../../kit/panel.tsx'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { ParameterField } from '../parameter-field.tsx'
import { type Drafts, draftOf, problemWith, valuesOf } from '../run-form.ts'
import { gatesOf } from './gates-of.ts'
import { useSimulation } from './queries.ts'
import styles from './simulation.module.css'
import { SimulationResult } from './simulation-result.tsx'

const scenarios = {
  good: 'the release is good',
  bad: 'the release does harm',
  'no-traffic': 'nobody uses the service',
  'metrics-down': 'no metric can be read',
  'target-fails-at': 'the target fails at a stage',
  'gate-closed': 'a gate says no',
} as const

const people = { approve: 'approve after a minute', reject: 'reject after a minute', timeout: 'do not answer' } as const

interface SimulationPanelProps {
  pipeline: PipelineDetail
  /** What is simulated: the file, or a change that is being tried. */
  text: string
  changed: boolean
}

/** What a run would do, from the interpreter itself in a world where time costs nothing. Nothing is reached or kept. */
export function SimulationPanel({ pipeline: { parameters, stages, definition }, text, changed }: SimulationPanelProps) {
  const { mutate, data, error, isPending } = useSimulation()
  const [drafts, setDrafts] = useState<Drafts>(() => draftOf(parameters))
  const [kind, setKind] = useState<keyof typeof scenarios>('good')
  const [stage, setStage] = useState(stages[0]?.id ?? '')
  const gates = gatesOf(definition)
  const [gate, setGate] = useState(gates[0] ?? '')
  const [answer, setAnswer] = useState<keyof typeof people>('approve')
  const entries = Object.entries(parameters)

  function submit(event: FormEvent) {
    event.preventDefault()
    if (entries.some(([name, wanted]) => faultOf(wanted, drafts[name]!) !== null)) return
    mutate({
      ...{ text, parameters: valuesOf(parameters, drafts), people: { answer, after: 60_000 } },
      scenario: scenarioOf(kind, { stage, gate }),
    })
  }

  return (
    <Panel title="Simulation">
      <form onSubmit={submit} className={styles.form}>
        <NativeSelect
          label="What happens"
          data={Object.entries(scenarios)
            .filter(([value]) => value !== 'gate-closed' || gates.length > 0)
            .map(([value, label]) => ({ value, label }))}
          value={kind}
          onChange={event => setKind(event.currentTarget.value as keyof typeof scenarios)}
        />
        {kind === 'target-fails-at' && (
          <NativeSelect
            label="Stage that fails"
            data={stages.map(({ id }) => id)}
            value={stage}
            onChange={event => setStage(event.currentTarget.value)}
          />
        )}
        {kind === 'gate-closed' && (
          <NativeSelect
            label="Gate that says no"
            data={gates}
            value={gate}
            onChange={event => setGate(event.currentTarget.value)}
          />
        )}
        <NativeSelect
          label="People"
          data={Object.entries(people).map(([value, label]) => ({ value, label }))}
          value={answer}
          onChange={event => setAnswer(event.currentTarget.value as keyof typeof people)}
        />
        {entries.map(([name, wanted]) => (
          <ParameterField
            key={name}
            name={name}
            wanted={{ ...wanted, description: undefined }}
            draft={drafts[name]!}
            error={faultOf(wanted, drafts[name]!)}
            placeholder="a sample that fits"
            onChange={draft => setDrafts({ ...drafts, [name]: draft })}
          />
        ))}
        <Button type="submit" variant="default" loading={isPending}>
          {changed ? 'Simulate the change' : 'Simulate'}
        </Button>
      </form>
      {error && <ProblemNotice what="It could not be simulated." error={error} />}
      <div role="status" className={styles.result}>
        {data && !error && <SimulationResult simulation={data} />}
      </div>
    </Panel>
  )
}

type Scenario = NonNullable<Parameters<ReturnType<typeof useSimulation>['mutate']>[0]['scenario']>

function scenarioOf(kind: keyof typeof scenarios, { stage, gate }: { stage: string; gate: string }): Scenario {
  if (kind === 'target-fails-at') return { kind, stage }
  return kind === 'gate-closed' ? { kind, gate } : { kind }
}

/** Whatever is left out gets a sample. */
function faultOf(wanted: Parameters<typeof problemWith>[0], draft: string): string | null {
  return draft === '' ? null : problemWith(wanted, draft)
}
