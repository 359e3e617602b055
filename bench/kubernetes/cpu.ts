import { readFileSync } from 'node:fs'

/** Processor seconds that each of these processes used until `since` is called; by name, as they are given. */
export function processorTime(pids: Readonly<Record<string, number>>): { since(): Record<string, number> } {
  const before = now()
  function now(): Record<string, number> {
    return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, secondsOf(pid)]))
  }
  return {
    since: () => Object.fromEntries(Object.entries(now()).map(([name, seconds]) => [name, seconds - before[name]!])),
  }
}

/** As Linux has it everywhere: clock ticks are hundredths of a second for whoever is not the kernel. */
const ticks = 100

function secondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Its name, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticks
}
