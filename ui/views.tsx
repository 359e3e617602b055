import { type ComponentType, lazy } from 'react'
import { ExecutionsPage } from './features/executions/executions-page.tsx'
import type { View } from './router/routes.ts'

type Parameters = Readonly<Record<string, string>>

/** What each address shows. All but the list, where most begin, come when they are asked for. */
export const views = {
  executions: () => <ExecutionsPage />,
  login: () => <ExecutionsPage />,
  execution: view(() => import('./features/execution/execution-page.tsx').then(module => module.ExecutionPage)),
  inbox: view(() => import('./features/inbox/inbox-page.tsx').then(module => module.InboxPage)),
  approve: view(() => import('./features/judgment/approval-page.tsx').then(module => module.ApprovalPage)),
  pipelines: view(() => import('./features/pipelines/pipelines-page.tsx').then(module => module.PipelinesPage)),
  pipeline: view(() => import('./features/pipelines/pipeline-page.tsx').then(module => module.PipelinePage)),
  traffic: view(() => import('./features/traffic/traffic-page.tsx').then(module => module.TrafficPage)),
  audit: view(() => import('./features/audit/audit-page.tsx').then(module => module.AuditPage)),
  targets: view(() => import('./features/targets/targets-page.tsx').then(module => module.TargetsPage)),
} satisfies Record<View, (parameters: Parameters) => React.ReactNode>

/** A view in a file of its own, drawn anew when its parameters change. */
function view<P extends object>(load: () => Promise<ComponentType<P>>) {
  const Lazy = lazy(async () => ({ default: await load() })) as unknown as ComponentType<Parameters>
  return (parameters: Parameters) => <Lazy key={JSON.stringify(parameters)} {...parameters} />
}
