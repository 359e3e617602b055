import type { Argument, Command, Option } from 'commander'

export interface Suggestion {
  value: string
  description: string
}

/** What may stand for an argument of a name, such as `pipeline`; empty when nobody can tell. */
export type ValuesOf = (argument: string) => Promise<Suggestion[]>

/** What may come at the end of a command line: `words` without the program, the last one as far as it is typed. */
export async function suggest(program: Command, words: readonly string[], valuesOf: ValuesOf): Promise<Suggestion[]> {
  // Shells that cut at "=" give it as a word of its own; a value is what comes after its option in any case.
  const typed = words.flatMap((word, index) =>
    word === '=' && index < words.length - 1 ? [] : [word.replace(/^=$/, '')],
  )
  const { command, option, position } = walk(program, typed.slice(0, -1))
  const current = typed.at(-1) ?? ''
  const found =
    option === null ? await startsOf(command, position, current, valuesOf) : await valuesOfOption(option, valuesOf)
  return found.filter(({ value }) => value.startsWith(current))
}

interface Place {
  command: Command
  /** Whose value comes next. */
  option: Option | null
  /** How many arguments there were. */
  position: number
}

function walk(program: Command, words: readonly string[]): Place {
  const start: Place = { command: program, option: null, position: 0 }
  return words.reduce<Place>(({ command, option, position }, word) => {
    if (option !== null) return { command, option: null, position }
    if (word.startsWith('-')) return { command, option: takesValue(command, word), position }
    const inner = position === 0 ? command.commands.find(other => other.name() === word) : undefined
    return inner === undefined ? { command, option, position: position + 1 } : { ...start, command: inner }
  }, start)
}

function takesValue(command: Command, word: string): Option | null {
  const found = command.options.find(({ short, long }) => word === short || word === long)
  return found?.required || found?.optional ? found : null
}

async function startsOf(command: Command, position: number, current: string, valuesOf: ValuesOf) {
  if (current.startsWith('-')) return optionsOf(command)
  const inner = position === 0 ? commandsOf(command) : []
  const all = command.registeredArguments
  const argument = all[position] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined)
  return [...inner, ...(argument === undefined ? [] : await valuesOfArgument(argument, valuesOf))]
}

function optionsOf(command: Command): Suggestion[] {
  const own = command.options.filter(({ hidden }) => !hidden)
  return own.map(({ long, short, description }) => ({ value: long ?? short ?? '', description }))
}

function commandsOf(command: Command): Suggestion[] {
  const visible = command.createHelp().visibleCommands(command)
  return visible.map(inner => ({ value: inner.name(), description: inner.description() }))
}

async function valuesOfArgument(argument: Argument, valuesOf: ValuesOf): Promise<Suggestion[]> {
  return argument.argChoices?.map(plain) ?? (await valuesOf(argument.name()))
}

async function valuesOfOption(option: Option, valuesOf: ValuesOf): Promise<Suggestion[]> {
  return option.argChoices?.map(plain) ?? (await valuesOf(option.name()))
}

const plain = (value: string): Suggestion => ({ value, description: '' })
