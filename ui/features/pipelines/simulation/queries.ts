import { useMutation } from '@tanstack/react-query'
import type { Client } from '../../../../api/client/client.ts'
import { useClient } from '../../../client.ts'

type Body = Parameters<Client['simulatePipeline']>[0]['body']

export function useSimulation() {
  const client = useClient()
  return useMutation({ mutationFn: (body: Body) => client.simulatePipeline({ body }) })
}
