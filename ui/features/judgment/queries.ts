import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'

export interface Answer {
  decision: 'approve' | 'reject'
  comment: string
  inputs: Record<string, string | number>
  override: boolean
  /** What was looked at; an answer to anything else is refused. */
  seen: string
}

/** What a link of a message asks; an error says why it is of no use, or not of use to whoever is signed in. */
export function useApprovalLink(link: string) {
  const client = useClient()
  return useQuery({
    queryKey: keys.approvalLink(link),
    queryFn: ({ signal }) => client.getApprovalLink({ approvalLink: link }, { signal }),
    // Once it is open nothing but an answer ends it; looking again would say that it was used by this very answer.
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Answers a judgment; with a link, that is used up. */
export function useAnswer(id: string, stage: string, link?: string) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ decision, comment, inputs, override, seen }: Answer) =>
      client.judgeStage({
        ...{ id, stage, seen },
        ...(link === undefined ? {} : { approvalLink: link }),
        body: {
          ...{ decision, override },
          ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
          ...(decision === 'approve' && Object.keys(inputs).length > 0 ? { inputs } : {}),
        },
      }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.execution(id) })
      void queryClient.invalidateQueries({ queryKey: keys.inbox })
    },
  })
}
