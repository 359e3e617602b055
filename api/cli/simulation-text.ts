import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import type { Simulation, Undone } from '../main/simulate/simulate.ts'
import { safe, table } from './output.ts'

/** A simulation for people. */
export function simulationText(simulation: Simulation, status: (status: ExecutionStatus) => string): string {
  const { timeline, gates, undone, undoable, shortest, longest, unlimited } = simulation
  const limits = longest === null ? `no limit (${unlimited.join(', ')} may wait for ever)` : clock(longest)
  return [
    `${simulation.pipeline}, ${simulation.scenario}, seed ${simulation.seed}: ${status(simulation.status)} after ${clock(simulation.duration)}`,
    '',
    table(
      ['TIME', 'STAGE', 'WHAT'],
      timeline.map(({ at, stage, what }) => [clock(at), stage ?? '', what]),
    ),
    '',
    ...(gates.length === 0 ? ['it waits for nobody'] : ['it waits:', ...gates.map(gate => `  ${gateText(gate)}`)]),
    `a good release takes from ${clock(shortest)} to ${limits}`,
    ...undoText('undone, in this order:', undone),
    ...undoText('if it were rolled back afterwards, undone in this order:', undoable ?? []),
  ].join('\n')
}

function gateText({ stage, status, from, to, reason }: Simulation['gates'][number]): string {
  const until = to === null ? 'the end' : clock(to)
  return `${safe(stage)} ${status} from ${clock(from)} to ${until}${reason === null ? '' : `: ${safe(reason)}`}`
}

function undoText(title: string, undone: readonly Undone[]): string[] {
  if (undone.length === 0) return []
  return [title, ...undone.map(({ stage, what }, index) => `  ${index + 1}. ${safe(stage)}: ${safe(what)}`)]
}

/** `0:01:30.5` */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const rest = milliseconds % 1_000
  const part = rest === 0 ? '' : `.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${part}`
}
