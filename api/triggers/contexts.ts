import type { TriggerContext } from '../../pipeline/expressions/evaluate-trigger.ts'
import { readPattern } from '../../pipeline/pattern.ts'
import type { TriggerOf, TriggerType } from '../../pipeline/schema/trigger.ts'
import type { EndedRun, Happened, Push, PushedImage } from './happened.ts'

/** What a trigger's expressions see, and what it is in a few words. */
export interface Occurrence {
  context: TriggerContext
  detail: string
}

/** Why a trigger is meant by what happened, before its expressions are asked: one item for each reason. */
type Contexts<T extends TriggerType> = (trigger: TriggerOf<T>, happened: Happened) => Occurrence[]

const byType = {
  webhook: ({ source, events }, happened) => {
    if (happened.kind !== 'hook' || happened.source !== source) return []
    const { event, payload } = happened
    if (events !== undefined && !events.includes(event)) return []
    return [{ context: { payload, event }, detail: event }]
  },

  git: (trigger, happened) => {
    if (happened.kind !== 'hook' || happened.source !== trigger.source) return []
    return happened.pushes
      .filter(push => isMeant(trigger, push))
      .map(({ paths, ...push }) => ({
        context: { payload: happened.payload, push },
        detail: `${push.commit.slice(0, 12)} on ${push.branch} of ${push.repository}`,
      }))
  },

  registry: ({ source, image, tag }, happened) => {
    if (happened.kind !== 'hook' || happened.source !== source) return []
    return happened.images
      .filter(pushed => pushed.repository === image && isTag(tag, pushed))
      .map(pushed => ({ context: { payload: happened.payload, image: { ...pushed } }, detail: pushed.name }))
  },

  /** Times come from the engine. */
  schedule: () => [],

  pipeline: ({ pipeline, status }, happened) => {
    if (happened.kind !== 'run' || happened.run.pipeline !== pipeline) return []
    const { run } = happened
    return isEnding(status, run) ? [{ context: { run }, detail: `${run.id} ${run.status}` }] : []
  },
} as const satisfies { [T in TriggerType]: Contexts<T> }

export function occurrencesOf(trigger: TriggerOf<TriggerType>, happened: Happened): Occurrence[] {
  return (byType[trigger.type] as Contexts<TriggerType>)(trigger, happened)
}

function isMeant({ repository, branch, paths }: TriggerOf<'git'>, push: Push): boolean {
  if (repository !== undefined && repository !== push.repository) return false
  if (!matches(branch, push.branch, '.*')) return false
  return paths === undefined || push.paths.some(path => paths.some(pattern => isBelow(pattern, path)))
}

function isTag(tag: string | undefined, image: PushedImage): boolean {
  return tag === undefined || readPattern(tag).matches?.(image.tag) === true
}

function isEnding(status: readonly string[], run: EndedRun): boolean {
  return status.includes(run.status)
}

/** A pattern without wildcards is a file or a folder. */
function isBelow(pattern: string, path: string): boolean {
  if (!/[*?]/.test(pattern)) return path === pattern || path.startsWith(`${pattern.replace(/\/+$/, '')}/`)
  return matches(pattern, path, '[^/]*')
}

/** In the engine of RE2, because patterns of pipelines are anyone's. */
function matches(pattern: string, text: string, star: string): boolean {
  const words = { '**/': '(?:.*/)?', '**': '.*', '*': star, '?': '[^/]' } as Readonly<Record<string, string>>
  const escaped = pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map(part => words[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join('')
  return readPattern(`^${escaped}$`).matches?.(text) === true
}
