import { Argument, Command } from 'commander'
import { type Right, rights } from '../../contract/permissions.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { print, printData } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface CanOptions extends ServerOptions {
  application?: string
  environment?: string
}

export function authCommand(io: Io): Command {
  return new Command('auth').description('what one may do').addCommand(canCommand(io)).addCommand(whoCommand(io))
}

/** Exit code 8 when not, so that scripts can ask. */
function canCommand(io: Io): Command {
  return withServer(new Command('can-i'))
    .description('may I do this? Without --application and --environment: anywhere')
    .addArgument(new Argument('<permission>').choices(rights))
    .option('--application <name>')
    .option('--environment <name>')
    .action(async (permission: Right, { output, data, context, ...place }: CanOptions) => {
      const answer = await connect(io, { data, context }).checkAccess({ permission, ...place })
      if (output !== 'text') printData(io, output, answer)
      else print(io, answer.allowed ? 'yes' : 'no')
      if (!answer.allowed) throw new CliError(`you lack the permission ${permission} there`, exitCodes.forbidden)
    })
}

function whoCommand(io: Io): Command {
  return withServer(new Command('whoami'))
    .description('who the server takes me for')
    .action(async (options: ServerOptions) => {
      const { principal, rights: own } = await connect(io, options).getSession()
      if (options.output !== 'text') return printData(io, options.output, { ...principal, rights: own })
      print(io, `${principal.name} (${principal.type})`)
      print(io, `roles: ${principal.roles.join(', ') || 'none'}`)
      print(io, `may somewhere: ${own.join(', ') || 'nothing'}`)
    })
}
