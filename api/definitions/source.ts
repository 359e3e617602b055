import type { Definition } from './definition.ts'

/** A configured place of pipelines: a folder, or a branch of a repository. */
export interface Source {
  /** The files, each in the version that is in force. */
  list(): Promise<Definition[]>
  state(): Promise<SourceState>
  /** The text that a pipeline had at a revision; null when it cannot be told any more. */
  textAt(revision: string, pipeline: string): Promise<string | null>
  /** Keeps it up to date until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>
  /** Asks the remote now instead of at the next poll; resolves when that is done. */
  refresh(): Promise<void>
}

/** How a source is doing, for people. */
export interface SourceState {
  type: 'directory' | 'repository'
  /** Folder, or address and branch. */
  origin: string
  /** The commit that is in force; null of a directory, and before the first one was read. */
  revision: string | null
  /** When the remote last answered; null when it never did. */
  checkedAt: string | null
  /** What is wrong with it now; what was read last stays in force. */
  problem: string | null
  /** It was read once, so that what is not listed does not exist. */
  known: boolean
}
