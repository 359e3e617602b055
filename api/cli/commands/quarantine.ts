import { Command } from 'commander'
import type { Io } from '../io.ts'
import { note, print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

/** `slipway quarantine list|release`: releases that were taken back for cause and are refused. */
export function quarantineCommand(io: Io): Command {
  return new Command('quarantine')
    .description('releases that were taken back for cause and are refused')
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(releaseCommand(io))
}

function listCommand(io: Io): Command {
  return withServer(new Command('list'))
    .description('those that are refused now')
    .option('--past', 'also those that are let in again')
    .action(async ({ past, ...options }: ServerOptions & { past?: true }) => {
      const { items } = await connect(io, options).listQuarantine(past ? { past: 'true' } : {})
      if (options.output !== 'text') return printData(io, options.output, items)
      const rows = items.map(one => [
        one.application,
        one.service,
        one.version,
        one.releasedBy === null ? one.until : `let in by ${one.releasedBy}`,
        one.execution,
        one.reason,
      ])
      print(io, table(['APPLICATION', 'SERVICE', 'VERSION', 'UNTIL', 'TAKEN BACK BY', 'REASON'], rows))
    })
}

function releaseCommand(io: Io): Command {
  return withServer(new Command('release'))
    .description('let a version in again')
    .argument('<application>')
    .argument('<service>')
    .argument('<version>')
    .option('--reason <text>', 'for the audit log')
    .action(
      async (
        application: string,
        service: string,
        version: string,
        { reason, ...options }: ServerOptions & { reason?: string },
      ) => {
        const body = { application, service, version, ...(reason === undefined ? {} : { reason }) }
        await connect(io, options).releaseQuarantine({ body })
        note(io, `${version} of ${service} is let in again`)
      },
    )
}
