import { useMutation, useQueryClient } from '@tanstack/react-query'
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

/** Answers a judgment. */
export function useAnswer(id: string, stage: string) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ decision, comment, inputs, override, seen }: Answer) =>
      client.judgeStage({
        ...{ id, stage, seen },
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
