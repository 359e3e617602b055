import type { Execution } from '../../../../pipeline/execution.ts'

/** A definition that has run, or is in force. */
export interface Version {
  hash: string
  revision: string
  /** The newest run of it, which knows its text; null when it has not run. */
  execution: string | null
  runs: number
  /** When it last ran. */
  at: string | null
  inForce: boolean
}

type Run = Pick<Execution, 'id' | 'definitionHash' | 'revision' | 'createdAt'>

/** The versions of a pipeline that its runs (newest first) and what is in force tell of, the newest first. */
export function versionsOf(runs: readonly Run[], now: { hash: string; revision: string } | null): Version[] {
  const ran = [...Map.groupBy(runs, ({ definitionHash }) => definitionHash)].map(
    ([hash, own]): Version => ({
      ...{ hash, revision: own[0]!.revision, execution: own[0]!.id, at: own[0]!.createdAt },
      ...{ runs: own.length, inForce: hash === now?.hash },
    }),
  )
  if (now === null || ran.some(({ inForce }) => inForce)) return ran
  return [{ ...now, execution: null, runs: 0, at: null, inForce: true }, ...ran]
}
