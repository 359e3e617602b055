import { useMutation } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
import { useClient } from '../../client.ts'
import type { Steering } from './steering.ts'

/** Asks for a steering act; resolves with the execution to look at afterwards. */
export function useSteer(id: string) {
  const client = useClient()
  return useMutation({
    mutationFn: ({ act, reason, stage }: { act: Steering; reason: string; stage: string | null }) =>
      acts[act](client, id, bodyOf(reason.trim(), stage)),
  })
}

const acts = {
  cancel: (client, id, body) => client.cancelExecution({ id, body }).then(({ execution }) => execution),
  rollback: (client, id, body) => client.rollbackExecution({ id, body }).then(({ execution }) => execution),
  pause: (client, id, body) => client.pauseExecution({ id, body }).then(() => id),
  resume: (client, id, body) => client.resumeExecution({ id, body }).then(() => id),
  skip: (client, id, body) => client.skipExecution({ id, body }).then(() => id),
  retry: (client, id, body) => client.retryExecution({ id, body }).then(started => started.id),
  promote: (client, id, body) => client.promoteExecution({ id, body }).then(() => id),
} satisfies Record<Steering, (client: Client, id: string, body: SteerBody) => Promise<string>>

interface SteerBody {
  reason?: string
  stage?: string
}

function bodyOf(reason: string, stage: string | null): SteerBody {
  return { ...(reason === '' ? {} : { reason }), ...(stage === null ? {} : { stage }) }
}
