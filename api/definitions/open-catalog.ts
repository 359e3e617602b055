import type { PipelineSource } from '../../pipeline/schema/configuration/pipelines.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { createDirectorySource } from './directory-source.ts'
import { createRepositorySource, type RepositoryParts } from './repository-source.ts'

export interface OpenCatalog {
  catalog: Catalog
  /** Keeps all sources up to date until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>
}

/** The catalog of everything that is configured. Throws `GitError` when an address or a branch is none. */
export function openCatalog(configured: readonly PipelineSource[], parts: RepositoryParts): OpenCatalog {
  const sources = configured.map(source =>
    'directory' in source
      ? createDirectorySource(source.directory, parts.check)
      : createRepositorySource(source, parts),
  )
  return {
    catalog: createCatalog(sources),
    watch: async signal => void (await Promise.all(sources.map(source => source.watch(signal)))),
  }
}
