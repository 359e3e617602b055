import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { hashPassword } from '../../auth/passwords.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print } from '../output.ts'

const shortest = 12

export function userCommand(io: Io): Command {
  return new Command('user').description('people in the user file (auth.users)').addCommand(hashCommand(io))
}

/** From standard input, so that it is in no history and no list of processes. */
function hashCommand(io: Io): Command {
  return new Command('hash')
    .description('read a password from standard input and print what the user file keeps of it')
    .action(async () => {
      if ('isTTY' in io.stdin && io.stdin.isTTY) note(io, 'Type the password, then Enter and Ctrl-D:')
      const password = (await text(io.stdin)).replace(/\r?\n$/, '')
      if ([...password].length < shortest)
        throw new CliError(`the password has fewer than ${shortest} characters`, exitCodes.invalid)
      print(io, await hashPassword(password))
    })
}
