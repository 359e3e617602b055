import { readDocument } from './document/read.ts'
import { unknownConnections, withConnections } from './named-connections.ts'
import { routerProvider } from './presets.ts'
import type { Finding, Problem } from './problem.ts'
import { maxProblems } from './problem.ts'
import { canMirror } from './routers.ts'
import { authFindings } from './rules/auth.ts'
import { subscriptionFindings } from './rules/connections.ts'
import { kubernetesFindings } from './rules/kubernetes.ts'
import { repositoryFindings } from './rules/repositories.ts'
import { secretFindings } from './rules/secrets.ts'
import type { ServerView, TargetView } from './rules/server.ts'
import type { Configuration, TargetConfiguration } from './schema/configuration.ts'
import { configuration as schema } from './schema/configuration.ts'
import { parse } from './schema/parse.ts'
import { didYouMean } from './suggest.ts'

export type LoadedConfiguration =
  | { configuration: Configuration; problems: [] }
  | { configuration: null; problems: Problem[] }

/**
 * Reads the text of `slipway.yaml`. An empty file is an empty configuration. Paths stay as they are written: the caller
 * resolves them against the folder of the file.
 */
export function loadConfiguration(text: string, file: string): LoadedConfiguration {
  const read = readDocument(text.trim() === '' ? '{}' : text, file)
  if (read.document === null) return { configuration: null, problems: read.problems }
  const { value, findings } = parse(schema, read.document.value)
  const all = value === null ? findings : [...rules(value), ...told(value), ...unknownStores(value)]
  if (value !== null) all.push(...unknownConnections(value))
  if (value !== null && all.length === 0) return { configuration: withConnections(value), problems: [] }
  const problems = all
    .map(finding => read.document.problem(finding))
    .sort((a, b) => a.line - b.line || a.column - b.column)
  return { configuration: null, problems: problems.slice(0, maxProblems) }
}

/** What pipelines are checked against. */
export function serverView({
  targets,
  metrics,
  hooks,
  connections,
}: Pick<Configuration, 'targets' | 'metrics' | 'hooks' | 'connections'>): ServerView {
  const views = Object.entries(targets).map(([name, target]): [string, TargetView] => [
    name,
    {
      release: releaseForms[target.type],
      services: Object.keys(target.services),
      environment: target.environment,
      ...kubernetesView(target),
    },
  ])
  return {
    targets: Object.fromEntries(views),
    metrics: Object.keys(metrics),
    hooks: Object.keys(hooks),
    connections: typesOf(connections),
  }
}

function kubernetesView(target: TargetConfiguration): Pick<TargetView, 'routers' | 'imageOnly' | 'mirrors'> {
  if (target.type !== 'kubernetes') return {}
  const services = Object.entries(target.services)
  const routers = services.map(([service, { router }]) => [service, router.type])
  const imageOnly = services.flatMap(([service, { promote }]) => (promote.type === 'git' ? [service] : []))
  const mirrors = services.flatMap(([service, { router }]) => (canMirror(router) ? [service] : []))
  return {
    routers: Object.fromEntries(routers),
    ...(imageOnly.length === 0 ? {} : { imageOnly }),
    ...(mirrors.length === 0 ? {} : { mirrors }),
  }
}

/** The form of release each type of target runs. */
const releaseForms = { process: 'command', kubernetes: 'image' } as const satisfies Record<
  TargetConfiguration['type'],
  TargetView['release']
>

function typesOf(connections: Configuration['connections']): Record<string, string> {
  return Object.fromEntries(Object.entries(connections).map(([name, { type }]) => [name, type]))
}

function unknownStores(value: Configuration): Finding[] {
  return secretFindings(value, Object.keys(value.secrets))
}

/** Only connections that can be told something. */
function told({ notifications, connections }: Configuration): Finding[] {
  const findings = subscriptionFindings(notifications, typesOf(connections))
  return findings.map(finding => ({ ...finding, path: ['notifications', ...finding.path] }))
}

function rules({
  targets,
  metrics,
  auth,
  server,
  pipelines,
  connections,
  environments: marked,
}: Configuration): Finding[] {
  const environments = [...new Set(Object.values(targets).map(({ environment }) => environment))]
  const findings = authFindings(auth, environments)
  for (const finding of repositoryFindings(pipelines, typesOf(connections)))
    findings.push({ ...finding, path: ['pipelines', ...finding.path] })
  if (server.approvalLinks !== undefined && server.url === undefined) {
    const message = 'links need "url" beside them: where people reach this server'
    findings.push({ path: ['server', 'approvalLinks'], atKey: true, message })
  }
  for (const name of Object.keys(marked)) {
    if (environments.includes(name)) continue
    const message = `there is no environment "${name}"${didYouMean(name, environments)}; no target has it`
    findings.push({ path: ['environments', name], atKey: true, message })
  }
  if (Object.hasOwn(metrics, routerProvider)) {
    const message = `"${routerProvider}" is built in and cannot be named here`
    findings.push({ path: ['metrics', routerProvider], atKey: true, message })
  }
  for (const [targetName, target] of Object.entries(targets)) {
    if (target.type !== 'kubernetes') continue
    for (const finding of kubernetesFindings(target))
      findings.push({ ...finding, path: ['targets', targetName, ...finding.path] })
  }
  const ports = new Map<number, string>()
  for (const [targetName, target] of Object.entries(targets)) {
    if (target.type !== 'process') continue
    for (const [serviceName, { port }] of Object.entries(target.services)) {
      const owner = `${targetName}/${serviceName}`
      const earlier = ports.get(port)
      if (port === 0) continue
      if (earlier === undefined) ports.set(port, owner)
      else {
        const path = ['targets', targetName, 'services', serviceName, 'port']
        findings.push({ path, message: `port ${port} is taken by ${earlier}` })
      }
    }
  }
  return findings
}
