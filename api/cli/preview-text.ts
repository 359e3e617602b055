import { formatProblem } from '../../pipeline/problem.ts'
import type { Outcome, Preview, Simulated } from '../contract/preview.ts'
import { safe } from './output.ts'
import type { Previewed } from './preview-versions.ts'
import { clock } from './simulation-text.ts'

/** What changes for one pipeline, for people. */
export function previewText({ file, name, problems, notes, preview }: Previewed): string {
  const title = [name, file].filter(text => text !== null).join(', ')
  const said = [
    ...problems.map(problem => formatProblem(problem)),
    ...notes.map(note => formatProblem({ ...note, message: `note: ${note.message}` })),
  ]
  return [`${safe(title)}: ${headline(preview)}`, ...said.map(line => `  ${safe(line)}`), ...details(preview)].join(
    '\n',
  )
}

function headline(preview: Preview | null): string {
  if (preview === null) return 'not valid'
  const { base, changes } = preview
  if (base === null) return 'new'
  if (changes.length === 0) return 'nothing changes for runs'
  if (changes.some(({ path, after }) => path === '' && after === null)) return 'removed'
  return changes.length === 1 ? '1 change' : `${changes.length} changes`
}

function details(preview: Preview | null): string[] {
  if (preview === null) return []
  const { changes, simulations, notSimulated } = preview
  const inside = changes.filter(({ path }) => path !== '')
  return [
    ...inside.map(({ path, before, after }) => `  ${safe(path)}: ${short(before)} → ${short(after)}`),
    ...(simulations ?? []).flatMap(simulated => simulationLines(simulated).map(line => `  ${line}`)),
    ...(notSimulated === null ? [] : [`  not simulated: ${safe(notSimulated)}`]),
  ]
}

function short(value: string | null): string {
  if (value === null) return '(none)'
  return safe(value.length > 200 ? `${value.slice(0, 199)}…` : value)
}

function simulationLines({ scenario, before, after, timeline }: Simulated): string[] {
  const was = before === null ? '' : `, before ${outcomeText(before)}`
  const moved = timeline.filter(entry => entry.before === null || entry.after === null)
  const first = `a ${scenario} release: ${outcomeText(after)}${was}`
  if (before === null) return [first]
  return [
    first,
    ...moved.map(
      ({ stage, what, ...at }) =>
        `  ${sign(at)}  ${[stage, what]
          .filter(Boolean)
          .map(text => safe(text!))
          .join(': ')}`,
    ),
  ]
}

function sign({ before, after }: { before: number | null; after: number | null }): string {
  return after === null ? `- ${clock(before!)}` : `+ ${clock(after)}`
}

function outcomeText({ status, duration, shortest, longest }: Outcome): string {
  const limit = longest === null ? 'no limit' : clock(longest)
  return `${status} after ${clock(duration)} (${clock(shortest)} to ${limit})`
}
