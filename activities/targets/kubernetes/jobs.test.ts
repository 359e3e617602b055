import { expect, test } from 'vitest'
import type { KubernetesTarget } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import type { KubernetesApi } from './api.ts'
import { kubernetesJobs } from './jobs.ts'

const target = { type: 'kubernetes', namespace: 'shop', services: {} } as unknown as KubernetesTarget

function jobsOf(pods: readonly string[]) {
  const asked: string[] = []
  const api = {
    send: async (_: string, { query }: { query: { labelSelector: string } }) => {
      asked.push(query.labelSelector)
      return { items: pods.map(name => ({ metadata: { name } })) }
    },
    text: async (path: string) => `log of ${path}`,
  } as unknown as KubernetesApi
  return { asked, jobs: kubernetesJobs('eu', target, api) }
}

test('a log is found by the id of its job, while nobody knows its pod yet', async () => {
  const { asked, jobs } = jobsOf(['slipway-job-1-abc'])
  expect(await jobs.log('shop-1/migrate/1-job')).toMatch(/^log of .*\/pods\/slipway-job-1-abc\/log$/)
  expect(asked).toEqual([expect.stringMatching(/^batch\.kubernetes\.io\/job-name=slipway-job-[0-9a-f]{20}$/)])
})

test('a log is read by the name of its pod without a question', async () => {
  const { asked, jobs } = jobsOf([])
  expect(await jobs.log('slipway-job-1-abc')).toContain('/pods/slipway-job-1-abc/log')
  expect(asked).toEqual([])
})

test('a job without a pod has no log', async () => {
  await expect(jobsOf([]).jobs.log('shop-1/migrate/1-job')).rejects.toThrow('has no pod yet, or not any more')
})
