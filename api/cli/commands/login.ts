import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { Command } from 'commander'
import { createClient } from '../../client/client.ts'
import { local, readContexts, writeContexts } from '../contexts.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print, printData } from '../output.ts'
import { checkedUrl, connect, type ServerOptions, withServer } from '../server-options.ts'

interface LoginOptions extends ServerOptions {
  name?: string
}

/** `slipway login URL`: keeps a token for a server and means that server from now on. Without an address: a link for a browser. */
export function loginCommand(io: Io): Command {
  return withServer(new Command('login'))
    .description('log in to a server with an API token; without an address: print a link that signs a browser in, once')
    .argument('[url]', 'address of the server; the token is asked for, or read from standard input')
    .option('--name <context>', 'what the server is called here (default: its host)')
    .action(async (url: string | undefined, options: LoginOptions) => {
      if (url === undefined) return printLink(io, options)
      const name = options.name ?? new URL(checkedUrl(url, 'the address')).host
      if (name === local || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(name))
        throw new CliError(`${name} cannot be the name of a context; choose one with --name`, exitCodes.invalid)
      const token = await readToken(io, url)
      const { principal } = await createClient({ url, token }).getSession()
      const known = readContexts(io)
      await writeContexts(io, { contexts: { ...known.contexts, [name]: { url, token } }, current: name })
      if (options.output !== 'text') return printData(io, options.output, { name, url, principal })
      note(io, `logged in to ${name} as ${principal.name}; it is meant from now on (slipway context list)`)
    })
}

async function printLink(io: Io, options: LoginOptions): Promise<void> {
  const link = await connect(io, options).createLoginLink()
  if (options.output !== 'text') printData(io, options.output, link)
  else print(io, link.url)
}

/** Never from an argument: everybody on the machine can read those. */
async function readToken(io: Io, url: string): Promise<string> {
  const isTerminal = 'isTTY' in io.stdin && io.stdin.isTTY === true
  const token = (isTerminal ? await ask(io, `API token for ${url}: `) : await readAll(io.stdin)).trim()
  if (/^\S+$/.test(token)) return token
  throw new CliError(
    'no token was given; make one on the server (slipway token create NAME) and hand it over on standard input',
    exitCodes.invalid,
  )
}

/** What is typed is not shown. */
async function ask(io: Io, question: string): Promise<string> {
  io.stderr.write(question)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const asking = createInterface({ input: io.stdin, output: unseen, terminal: true })
  try {
    return await asking.question('')
  } finally {
    asking.close()
    io.stderr.write('\n')
  }
}
