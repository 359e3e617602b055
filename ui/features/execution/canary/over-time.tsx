import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { Analysis } from '../../../../pipeline/schema/analysis.ts'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { Charts } from './charts.tsx'
import { EvidenceChart } from './evidence-chart.tsx'
import type { Threshold } from './thresholds.ts'
import { useSeries } from './use-series.ts'

interface OverTimeProps {
  execution: string
  analysis: StageAnalysis
  thresholds: ReadonlyMap<string, Threshold>
  guardrails: Analysis['guardrails']
}

/** Evidence and every metric over time. */
export function OverTime({ execution, analysis, thresholds, guardrails }: OverTimeProps) {
  const { data: series, error, refetch } = useSeries(execution, analysis)
  if (error) return <ProblemNotice what="The charts could not be loaded." error={error} onRetry={() => refetch()} />
  if (!series) return null
  return (
    <>
      <EvidenceChart series={series} thresholds={thresholds} />
      <Charts series={series} metrics={analysis.metrics} guardrails={guardrails} />
    </>
  )
}
