import type { ParameterValue } from '../pipeline/execution.ts'
import type { Pipeline } from '../pipeline/schema/pipeline.ts'
import type { SimulateSettings, Simulation } from './main/simulate/simulate.ts'

/** Runs pipelines in a simulated world. */
export interface Simulator {
  /** Adds samples for required parameters that nobody gave. */
  sample(
    pipeline: Pick<Pipeline, 'parameters'>,
    given: Readonly<Record<string, ParameterValue>>,
  ): Record<string, ParameterValue>
  /** Rejects with a refusal when it takes too long, or when too many are running. */
  run(pipeline: Pipeline, settings: SimulateSettings, signal: AbortSignal): Promise<Simulation>
}
