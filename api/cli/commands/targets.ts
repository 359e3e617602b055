import { Command } from 'commander'
import type { ServiceView } from '../../contract/targets.ts'
import type { Io } from '../io.ts'
import { print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function targetsCommand(io: Io): Command {
  return withServer(new Command('targets'))
    .description('where can be deployed to, what runs there, where traffic goes')
    .action(async (options: ServerOptions) => {
      const { items } = await connect(io, options).listTargets()
      if (options.output !== 'text') return printData(io, options.output, items)
      const rows = items.flatMap(({ name, environment, services }) =>
        services.flatMap(service => clusters(service).map(cells => [name, environment, service.name, ...cells])),
      )
      print(io, table(['TARGET', 'ENVIRONMENT', 'SERVICE', 'CLUSTER', 'VERSION', 'READY', 'TRAFFIC', 'URL'], rows))
    })
}

function clusters({ clusters: all, weights, url, error }: ServiceView): string[][] {
  if (error !== null) return [['', '', '', '', error]]
  if (all.length === 0) return [['none', '', '', '', url ?? '']]
  return all.map(({ role, version, ready, instances }) => [
    role,
    version,
    `${ready}/${instances}`,
    `${weights[role] ?? 0} %`,
    url ?? '',
  ])
}
