import { createHmac } from 'node:crypto'

/** Requests as the senders of webhooks make them. */
export function signed(
  key: string,
  payload: unknown,
  event = 'push',
): RequestInit & { headers: Record<string, string> } {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
    },
  }
}

export function pushTo(branch: string, commit: string, paths: readonly string[] = ['src/a.ts']): object {
  return {
    ref: `refs/heads/${branch}`,
    after: commit,
    repository: { full_name: 'shop/checkout' },
    pusher: { name: 'ada' },
    head_commit: { id: commit, message: 'Make it faster' },
    commits: [{ id: commit, message: 'Make it faster', added: [], modified: paths, removed: [] }],
  }
}
