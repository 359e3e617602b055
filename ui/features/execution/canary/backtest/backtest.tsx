import { NativeSelect, TextInput } from '@mantine/core'
import { useDeferredValue, useMemo, useState } from 'react'
import type { StageAnalysis } from '../../../../../api/contract/analysis.ts'
import type { StageOf } from '../../../../../pipeline/schema/stage.ts'
import { ProblemNotice } from '../../../../kit/problem-notice.tsx'
import { VerdictMark } from '../../../../kit/verdict-mark.tsx'
import { useAll } from '../use-read-all.ts'
import styles from './backtest.module.css'
import { MetricSettings } from './metric-settings.tsx'
import { type Settings, settingsOf, tryOut } from './settings.ts'

interface BacktestProps {
  analysis: StageAnalysis
  canary: StageOf<'canary'>
}

/** Reads everything that was recorded first: an early verdict depends on the first looks. */
export function LoadedBacktest({ execution, canary }: { execution: string; canary: StageOf<'canary'> }) {
  const { data, error, refetch } = useAll(execution, canary.id)
  if (error) return <ProblemNotice what="The record could not be loaded." error={error} onRetry={() => refetch()} />
  return data ? <Backtest analysis={data} canary={canary} /> : <p>Loading…</p>
}

/** Changes the judge's settings and shows at once what it would have said to what was recorded. */
function Backtest({ analysis, canary }: BacktestProps) {
  const [settings, setSettings] = useState(() => settingsOf(canary))
  const settled = useDeferredValue(settings)
  const outcome = useMemo(() => outcomeOf(analysis, canary, settled), [analysis, canary, settled])
  const change = (part: Partial<Settings>) => setSettings({ ...settings, ...part })
  return (
    <div className={styles.body}>
      <div className={styles.fields}>
        <NativeSelect
          label="Judge"
          data={['sequential', 'mann-whitney']}
          value={settings.judge}
          onChange={event => change({ judge: event.currentTarget.value as Settings['judge'] })}
        />
        {settings.judge === 'sequential' ? (
          <>
            <Percent label="False alarm" value={settings.falseAlarm} onChange={falseAlarm => change({ falseAlarm })} />
            <Percent label="False pass" value={settings.falsePass} onChange={falsePass => change({ falsePass })} />
          </>
        ) : (
          <>
            <Percent label="Pass from" value={settings.pass} onChange={pass => change({ pass })} unit="points" />
            <Percent
              label="Fail below"
              value={settings.marginal}
              onChange={marginal => change({ marginal })}
              unit="points"
            />
          </>
        )}
      </div>
      <MetricSettings settings={settings} onChange={change} judged={outcome.judged?.judgment.metrics ?? []} />
      <Outcome outcome={outcome} looks={analysis.looks.length} />
    </div>
  )
}

type Outcome = { judged: ReturnType<typeof tryOut>; problem: null } | { judged: null; problem: string }

function outcomeOf(analysis: StageAnalysis, canary: StageOf<'canary'>, settings: Settings): Outcome {
  try {
    return { judged: tryOut(analysis, canary, settings), problem: null }
  } catch (error) {
    return { judged: null, problem: error instanceof Error ? error.message : String(error) }
  }
}

function Outcome({ outcome: { judged, problem }, looks }: { outcome: Outcome; looks: number }) {
  if (judged === null)
    return (
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
    )
  const { before, after, flipped, judgment } = judged
  return (
    <div className={styles.outcome} role="status">
      <p className={styles.verdicts}>
        <span>It was</span> <VerdictMark verdict={before} />
        <span>{flipped ? 'and would have been' : 'and would have been the same:'}</span> <VerdictMark verdict={after} />
        {judgment.decidedAt !== null && (
          <span>
            decided after {judgment.decidedAt} of {looks} looks
          </span>
        )}
      </p>
      <p className={styles.sentence}>{judgment.reason}</p>
      <p className={styles.note}>
        As far as it was recorded: a run that ended early tells nothing of what would have come after. Guardrails are as
        they were.
      </p>
    </div>
  )
}

interface PercentProps {
  label: string
  value: string
  onChange: (value: string) => void
  unit?: string
}

function Percent({ label, value, onChange, unit = '%' }: PercentProps) {
  return (
    <TextInput
      label={`${label}, ${unit}`}
      inputMode="decimal"
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
      autoComplete="off"
      maxLength={20}
    />
  )
}
