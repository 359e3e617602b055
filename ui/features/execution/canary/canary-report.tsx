import { useMemo } from 'react'
import type { Margin } from '../../../../pipeline/canary/judge.ts'
import type { Execution, StageState } from '../../../../pipeline/execution.ts'
import { isFinal } from '../../../../pipeline/statuses.ts'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { WeightBar } from '../../../kit/weight-bar.tsx'
import { CanaryActs } from '../../steering/steering-bar.tsx'
import { useAnalysis, useDefinition } from '../queries.ts'
import { BacktestPanel } from './backtest/backtest-panel.tsx'
import styles from './canary-report.module.css'
import { CsvButton } from './csv-button.tsx'
import { Guardrails } from './guardrails.tsx'
import { MetricTable } from './metric-table.tsx'
import { OverTime } from './over-time.tsx'
import { Steps } from './steps.tsx'
import { marginsOf, type Threshold, thresholdsOf } from './thresholds.ts'
import { Verdict } from './verdict.tsx'

const unknown: ReadonlyMap<string, Threshold> = new Map()
const noMargins: ReadonlyMap<string, Margin> = new Map()

/** A canary: who gets the traffic, what the judge says and why, and what it saw. */
export function CanaryReport({ execution, stage }: { execution: Execution; stage: StageState }) {
  const { data, error, refetch } = useAnalysis(execution.id)
  const definition = useDefinition(execution.id)
  const defined = definition?.stages.find(({ id }) => id === stage.id)
  const canary = defined?.type === 'canary' ? defined : null
  const thresholds = useMemo(() => (canary ? thresholdsOf(canary.analysis) : unknown), [canary])
  const margins = useMemo(() => (canary ? marginsOf(canary.analysis) : noMargins), [canary])
  const analysis = data?.stages.find(one => one.stage === stage.id)
  const { weights, service, target, message } = stage.progress ?? {}
  const over = isFinal(stage.status)
  const told =
    message === undefined ||
    analysis?.looks.some(({ reason }) => reason === message) ||
    execution.reason?.includes(message)
  return (
    <>
      {!told && <p className={styles.sentence}>{message}</p>}
      {weights && (
        <section className={styles.part} aria-label="Traffic">
          <h3>
            {over ? 'Traffic' : 'Live traffic'}
            {service && ` of ${service}`}
            {target && ` on ${target}`}
            {over && ' at the end'}
          </h3>
          <WeightBar weights={weights} />
          {canary && <Steps canary={canary} stage={stage} />}
        </section>
      )}
      {error && (
        <ProblemNotice what="The judge's report could not be loaded." error={error} onRetry={() => refetch()} />
      )}
      {analysis && <Verdict analysis={analysis} over={over} />}
      {!over && <CanaryActs execution={execution} stage={stage.id} />}
      {analysis && analysis.metrics.length > 0 && (
        <>
          <MetricTable metrics={analysis.metrics} thresholds={thresholds} margins={margins} />
          <OverTime
            execution={execution.id}
            analysis={analysis}
            thresholds={thresholds}
            guardrails={canary?.analysis.guardrails ?? []}
          />
          <CsvButton execution={execution.id} stage={stage.id} />
        </>
      )}
      {canary && canary.analysis.guardrails.length > 0 && <Guardrails guardrails={canary.analysis.guardrails} />}
      {canary && analysis && analysis.metrics.length > 0 && <BacktestPanel execution={execution.id} canary={canary} />}
    </>
  )
}
