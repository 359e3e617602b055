import { Command } from 'commander'
import type { FreezeView } from '../../contract/freezes.ts'
import type { Io } from '../io.ts'
import { note, print, printData, table } from '../output.ts'
import { collect } from '../parameter-option.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface CreateOptions extends ServerOptions {
  reason: string
  start?: string
  end: string
  timezone: string
  application: string[]
  pipeline: string[]
  environment: string[]
  target: string[]
}

/** `slipway freezes list|create|end|override`: times in which nothing new begins. */
export function freezesCommand(io: Io): Command {
  return new Command('freezes')
    .description('times in which nothing new begins')
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(createCommand(io))
    .addCommand(endCommand(io))
    .addCommand(overrideCommand(io))
}

function listCommand(io: Io): Command {
  return withServer(new Command('list'))
    .description('those in force and those to come')
    .option('--past', 'also those that are over')
    .action(async ({ past, ...options }: ServerOptions & { past?: true }) => {
      const { items } = await connect(io, options).listFreezes(past ? { past: 'true' } : {})
      if (options.output !== 'text') return printData(io, options.output, items)
      const rows = items.map(freeze => [
        freeze.name,
        freeze.state,
        local(freeze.startsAt, freeze.timezone),
        local(freeze.endsAt, freeze.timezone),
        freeze.timezone,
        scopeText(freeze),
        freeze.reason,
      ])
      print(io, table(['NAME', 'STATE', 'FROM', 'UNTIL', 'TIMEZONE', 'COVERS', 'REASON'], rows))
    })
}

function createCommand(io: Io): Command {
  return withServer(new Command('create'))
    .description('stop new runs and hold those in flight where it is safe; without a scope: all of them')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--end <time>', 'such as 2026-12-24T18:00, by the clocks of the timezone')
    .option('--start <time>', 'now, when left out')
    .option('--timezone <name>', 'IANA name', 'UTC')
    .option('--application <name>', 'only this one; may be repeated', collect, [])
    .option('--pipeline <name>', 'only this one; may be repeated', collect, [])
    .option('--environment <name>', 'only this one; may be repeated', collect, [])
    .option('--target <name>', 'only this one; may be repeated', collect, [])
    .action(async (name: string, options: CreateOptions) => {
      const { reason, start, end, timezone } = options
      const scope = {
        applications: options.application,
        pipelines: options.pipeline,
        environments: options.environment,
        targets: options.target,
      }
      const body = { name, reason, scope, timezone, end, ...(start === undefined ? {} : { start }) }
      const freeze = await connect(io, options).createFreeze({ body })
      if (options.output !== 'text') return printData(io, options.output, freeze)
      print(io, name)
      note(io, `${freeze.state}: from ${freeze.startsAt} until ${freeze.endsAt}`)
    })
}

function endCommand(io: Io): Command {
  return withServer(new Command('end'))
    .description('end a freeze now; what it held goes on')
    .argument('<name>')
    .option('--reason <text>', 'for the audit log')
    .action(async (name: string, { reason, ...options }: ServerOptions & { reason?: string }) => {
      await connect(io, options).endFreeze({ name, body: reason === undefined ? {} : { reason } })
      note(io, `${name} is over`)
    })
}

function overrideCommand(io: Io): Command {
  return withServer(new Command('override'))
    .description('let one run go on in spite of any freeze')
    .argument('<execution>')
    .option('--reason <text>', 'for the audit log')
    .action(async (id: string, { reason, ...options }: ServerOptions & { reason?: string }) => {
      await connect(io, options).overrideFreezes({ id, body: reason === undefined ? {} : { reason } })
      note(io, `no freeze holds ${id} any more`)
    })
}

function scopeText({ scope }: FreezeView): string {
  const parts = Object.entries(scope).filter(([, names]) => names.length > 0)
  return parts.map(([kind, names]) => `${kind}: ${names.join(' ')}`).join('; ') || 'everything'
}

/** As the clocks there show it. */
function local(at: string, timezone: string): string {
  const format = { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' } as const
  return new Intl.DateTimeFormat('sv-SE', format).format(Date.parse(at))
}
