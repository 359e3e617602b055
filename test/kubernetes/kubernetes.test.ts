import { afterAll, beforeAll, describe } from 'vitest'
import { type Cluster, startCluster, whyNoCluster } from './cluster.ts'
import { targetSuite } from './target.suite.ts'

/** One control plane for everything that needs one. */
const missing = await whyNoCluster()

const name = missing === null ? 'on a Kubernetes cluster' : `on a Kubernetes cluster (${missing})`

describe.skipIf(missing !== null)(name, () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())

  targetSuite(() => cluster)
})
