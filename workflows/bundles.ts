import type { Stage } from '../pipeline/schema/stage.ts'
import type { Committed } from './undo.ts'

/** Stages that share a fate: those of a group, or of a matrix that stops on the first failure. */
export interface Bundle {
  name: string
  /** Ids of its stages. */
  members: ReadonlySet<string>
  /** Whether what members did is taken back when one ends badly. */
  together: boolean
  /** Why no member starts any more; null while they may. */
  broken: string | null
  /** Whether the failure that broke it lets the run succeed. */
  tolerated: boolean
  /** What its members could take back, as long as it is not decided whether all of them succeed. */
  open: Committed[]
}

/** The bundles of a pipeline; a stage may be in one of each kind. */
export function bundlesOf(stages: readonly Stage[]): Bundle[] {
  const bundle = (name: string, members: readonly Stage[], together: boolean): Bundle => ({
    name,
    members: new Set(members.map(({ id }) => id)),
    together,
    broken: null,
    tolerated: false,
    open: [],
  })
  const groups = Map.groupBy(stages, stage => stage.group)
  const matrices = Map.groupBy(stages, ({ cell }) => (cell?.stopOnFailure ? cell.of : undefined))
  return [
    ...[...groups].flatMap(([group, all]) => (group === undefined ? [] : [bundle(`group ${group}`, all, true)])),
    ...[...matrices].flatMap(([of, all]) => (of === undefined ? [] : [bundle(`matrix ${of}`, all, false)])),
  ]
}
