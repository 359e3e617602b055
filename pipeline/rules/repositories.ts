import type { Finding } from '../problem.ts'
import type { GitAccess } from '../schema/configuration/git-access.ts'
import type { PipelineSource } from '../schema/configuration/pipelines.ts'
import { type ConnectionView, reporting } from './connections.ts'

/** What only one way to a repository understands. */
const belongTo = {
  token: 'https',
  user: 'https',
  caFile: 'https',
  keyFile: 'ssh',
  knownHostsFile: 'ssh',
} as const satisfies Partial<Record<keyof GitAccess, string>>

/** Credentials that an address cannot use, and reports over connections that there are not; paths are inside the list. */
export function repositoryFindings(sources: readonly PipelineSource[], connections: ConnectionView): Finding[] {
  return sources.flatMap((source, index) => {
    if ('directory' in source) return []
    const { report } = source
    const unknown = report === undefined ? [] : reporting(report.connection, ['report', 'connection'], connections)
    return [...accessFindings(source), ...unknown].map(finding => ({ ...finding, path: [index, ...finding.path] }))
  })
}

/** Paths are inside what says how the repository is reached. */
export function accessFindings(source: GitAccess): Finding[] {
  const scheme = source.repository.replace(/:.*/, '')
  const findings: Finding[] = []
  for (const [key, needed] of Object.entries(belongTo)) {
    if (source[key as keyof typeof belongTo] === undefined || scheme === needed) continue
    findings.push({
      path: [key],
      atKey: true,
      message: `"${key}" is for ${needed}:// addresses; this one is ${scheme}://`,
    })
  }
  if (source.user !== undefined && source.token === undefined && scheme === 'https')
    findings.push({ path: ['user'], atKey: true, message: '"user" goes with a "token"; there is none' })
  return findings
}
