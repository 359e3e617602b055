import { Command } from 'commander'
import type { Io } from '../io.ts'
import { note, print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface CreateOptions extends ServerOptions {
  allow: string[]
  application: string[]
  environment: string[]
  expires: string
}

export function tokenCommand(io: Io): Command {
  return new Command('token')
    .description('API tokens, for programs')
    .addCommand(createCommand(io))
    .addCommand(listCommand(io))
    .addCommand(revokeCommand(io))
}

function createCommand(io: Io): Command {
  return withServer(new Command('create'))
    .description('make a token; it is printed once')
    .argument('<name>')
    .option('--allow <permission...>', 'what it may do; without, only what roles give to token:NAME', [])
    .option('--application <name...>', 'only in these applications', ['*'])
    .option('--environment <name...>', 'only in these environments', ['*'])
    .option('--expires <duration>', 'how long it is good', '90d')
    .action(
      async (name: string, { allow, application, environment, expires, output, data, context }: CreateOptions) => {
        const made = await connect(io, { data, context }).createToken({
          body: { name, allow, applications: application, environments: environment, expiresIn: expires },
        })
        if (output !== 'text') return printData(io, output, made)
        print(io, made.token)
        note(io, `token:${made.name} is good until ${made.expiresAt}; this is the only time it is shown`)
      },
    )
}

function listCommand(io: Io): Command {
  return withServer(new Command('list'))
    .description('all tokens, newest first, without their secrets')
    .action(async (options: ServerOptions) => {
      const { items } = await connect(io, options).listTokens()
      if (options.output !== 'text') return printData(io, options.output, items)
      const rows = items.map(({ name, id, owner, allow, applications, environments, expiresAt, usedAt, revokedAt }) => [
        name,
        id,
        owner,
        allow.join(' ') || '(roles)',
        applications.join(' '),
        environments.join(' '),
        usedAt ?? 'never',
        revokedAt === null ? `until ${expiresAt}` : `revoked ${revokedAt}`,
      ])
      print(io, table(['NAME', 'ID', 'OWNER', 'MAY', 'APPLICATIONS', 'ENVIRONMENTS', 'USED', 'GOOD'], rows))
    })
}

function revokeCommand(io: Io): Command {
  return withServer(new Command('revoke'))
    .description('end a token now')
    .argument('<name>')
    .action(async (name: string, options: ServerOptions) => {
      await connect(io, options).revokeToken({ name })
      if (options.output !== 'text') return printData(io, options.output, { name, revoked: true })
      print(io, `token:${name} is revoked`)
    })
}
