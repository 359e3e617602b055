import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { SeriesReport } from '../../../../api/contract/series.ts'
import { useClient } from '../../../client.ts'
import { keys } from '../../../live/keys.ts'
import { withNewLooks } from './series.ts'

/** Every look of a canary for the charts: read once, and grown by what the newest analysis adds. */
export function useSeries(id: string, analysis: StageAnalysis) {
  const client = useClient()
  const queryClient = useQueryClient()
  const { stage } = analysis
  const key = keys.series(id, stage)
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => client.getSeries({ id, stage }, { signal }) })
  const { data, refetch } = query

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made of `id` and `stage`
  useEffect(() => {
    if (data === undefined) return
    const grown = withNewLooks(data, analysis)
    if (grown === null) void refetch()
    else if (grown !== data) queryClient.setQueryData<SeriesReport>(key, grown)
  }, [data, analysis, queryClient, refetch, id, stage])

  return query
}
