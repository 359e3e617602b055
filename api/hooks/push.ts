import type { Push } from '../triggers/happened.ts'
import { at, listAt, textAt } from './payload.ts'

/** A push to a branch, as GitHub, Gitea and GitLab tell it; null for everything else, and for a branch that is gone. */
export function pushOf(event: string, payload: unknown): Push | null {
  const branch = /^refs\/heads\/(.+)$/.exec(textAt(payload, 'ref'))?.[1]
  const commit = textAt(payload, 'after')
  if (event !== 'push' || branch === undefined || !/[1-9a-f]/.test(commit)) return null
  if (at(payload, 'deleted') === true) return null
  const commits = listAt(payload, 'commits')
  const last = commits.at(-1)
  return {
    repository: textAt(payload, 'repository', 'full_name') || textAt(payload, 'project', 'path_with_namespace'),
    branch,
    commit,
    by: textAt(payload, 'pusher', 'name') || textAt(payload, 'user_username'),
    message: textAt(payload, 'head_commit', 'message') || textAt(last, 'message'),
    paths: [...new Set(commits.flatMap(changedPaths))],
  }
}

function changedPaths(commit: unknown): string[] {
  return ['added', 'modified', 'removed'].flatMap(kind => listAt(commit, kind).filter(path => typeof path === 'string'))
}
