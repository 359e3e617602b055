import { Command } from 'commander'
import type { Io } from '../io.ts'
import { print, printJson } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function loginCommand(io: Io): Command {
  return withServer(new Command('login'))
    .description('print a link that signs a browser in, once')
    .action(async (options: ServerOptions) => {
      const link = await connect(io, options).createLoginLink()
      if (options.output === 'json') return printJson(io, link)
      print(io, link.url)
    })
}
