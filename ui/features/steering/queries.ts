import { useMutation } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
import { useClient } from '../../client.ts'
import type { Steering } from './steering.ts'

/** Asks for a steering act; resolves with the execution to look at afterwards. */
export function useSteer(id: string) {
  const client = useClient()
  return useMutation({
    mutationFn: ({ act, reason }: { act: Steering; reason: string }) => acts[act](client, id, reason.trim()),
  })
}

const acts = {
  cancel: (client, id, reason) =>
    client.cancelExecution({ id, body: bodyOf(reason) }).then(({ execution }) => execution),
  rollback: (client, id, reason) =>
    client.rollbackExecution({ id, body: bodyOf(reason) }).then(({ execution }) => execution),
  pause: (client, id, reason) => client.pauseExecution({ id, body: bodyOf(reason) }).then(() => id),
  resume: (client, id, reason) => client.resumeExecution({ id, body: bodyOf(reason) }).then(() => id),
  skip: (client, id, reason) => client.skipExecution({ id, body: bodyOf(reason) }).then(() => id),
  retry: (client, id, reason) => client.retryExecution({ id, body: bodyOf(reason) }).then(started => started.id),
  promote: (client, id, reason) => client.promoteExecution({ id, body: bodyOf(reason) }).then(() => id),
} satisfies Record<Steering, (client: Client, id: string, reason: string) => Promise<string>>

function bodyOf(reason: string): { reason?: string } {
  return reason === '' ? {} : { reason }
}
