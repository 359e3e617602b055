import { useQuery } from '@tanstack/react-query'
import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import { useClient } from '../../../client.ts'

/** The most that the server gives of one stage. */
const mostLooks = 6_000

/** Reads everything a canary saw, which can be megabytes: only when somebody asks for it. */
export function useReadAll(id: string, stage: string): () => Promise<StageAnalysis> {
  const client = useClient()
  return async () => {
    const { stages } = await client.getAnalysis({ id, stage, looks: mostLooks })
    const [analysis] = stages
    if (analysis === undefined) throw new Error(`nothing was recorded of ${stage}`)
    return analysis
  }
}

/** The same, kept while it is looked at. */
export function useAll(id: string, stage: string) {
  const read = useReadAll(id, stage)
  return useQuery({ queryKey: ['analysis-all', id, stage], queryFn: read, gcTime: 0 })
}
