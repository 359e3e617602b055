import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { Invalid, NotFound } from '../failures.ts'

/** Program and arguments; never a line for a shell. */
export type Command = readonly string[]

/**
 * The absolute path of a command's program. A name with a slash is taken from `directory`, any other from PATH.
 * Fails with `NotFound` (nothing there that can be run) or `Invalid` (no program at all, or no such directory).
 */
export function resolveCommand(command: Command, directory: string, path: string | undefined): string {
  const [program] = command
  if (!program) throw new Invalid('the command is empty; give the program and its arguments')
  if (command.some(part => part.includes('\0'))) throw new Invalid(`the command "${program}" holds a NUL character`)
  if (!isDirectory(directory)) throw new Invalid(`the working directory ${directory} does not exist or is no directory`)
  if (program.includes('/')) {
    const file = isAbsolute(program) ? program : resolve(directory, program)
    if (isExecutable(file)) return file
    throw new NotFound(`the command "${program}" was not found: ${file} does not exist or may not be executed`)
  }
  const folders = (path ?? '').split(delimiter).filter(isAbsolute)
  const found = folders.map(folder => join(folder, program)).find(isExecutable)
  if (found) return found
  throw new NotFound(`the command "${program}" was not found in PATH (${folders.join(delimiter) || 'empty'})`)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
