import { Command } from 'commander'
import { contextNamed, local, readContexts, writeContexts } from '../contexts.ts'
import type { Io } from '../io.ts'
import { note, type OutputFormat, outputOption, print, printData, table } from '../output.ts'

/** `slipway context list|use|remove`: the servers one has logged in to, and which is meant. */
export function contextCommand(io: Io): Command {
  return new Command('context')
    .description('servers one has logged in to, and which of them is meant')
    .addCommand(listing(io))
    .addCommand(using(io))
    .addCommand(removing(io))
}

function listing(io: Io): Command {
  return new Command('list')
    .description('all of them; never their tokens')
    .addOption(outputOption())
    .action(({ output }: { output: OutputFormat }) => {
      const { current, contexts } = readContexts(io)
      const items = Object.entries(contexts).map(([name, { url }]) => ({ name, url, current: name === current }))
      if (output !== 'text') return printData(io, output, items)
      if (items.length === 0) return note(io, 'there is none yet: slipway login URL')
      print(
        io,
        table(
          ['', 'NAME', 'SERVER'],
          items.map(item => [item.current ? '*' : '', item.name, item.url]),
        ),
      )
    })
}

function using(io: Io): Command {
  return new Command('use')
    .description(`mean this one from now on; ${local}: the server of the data folder`)
    .argument('<context>')
    .action(async (name: string) => {
      const known = readContexts(io)
      if (name !== local) contextNamed(known, name)
      await writeContexts(io, { ...known, current: name === local ? null : name })
      note(io, name === local ? 'the server of the data folder is meant now' : `${name} is meant now`)
    })
}

function removing(io: Io): Command {
  return new Command('remove')
    .description('forget one, with its token; the token stays valid until it is revoked')
    .argument('<context>')
    .action(async (name: string) => {
      const known = readContexts(io)
      contextNamed(known, name)
      const { [name]: _, ...contexts } = known.contexts
      await writeContexts(io, { contexts, current: known.current === name ? null : known.current })
      note(io, `${name} is forgotten`)
    })
}
