import { connectionsOf } from '../../activities/connections.ts'
import { tellCommit } from '../../activities/notifiers/github-commits.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { RepositoryParts } from '../definitions/repository-source.ts'

/** Tells commits over the connections that their sources name. */
export function commitReports({ connections }: Configuration, secrets: Secrets): RepositoryParts['reports'] {
  const known = connectionsOf(connections)
  return ({ report }) => {
    if (report === undefined) return null
    const { connection: name, as } = report
    return (found, signal) => tellCommit(found, as, known.of(name, 'github'), { name, secrets, signal })
  }
}
