import { afterAll, beforeAll, describe } from 'vitest'
import { canaryFaultSuite } from './canary-faults.suite.ts'
import { clientSuite } from './client.suite.ts'
import { type Cluster, startCluster, whyNoCluster } from './cluster.ts'
import { exampleSuite } from './example.suite.ts'
import { faultSuite } from './faults.suite.ts'
import { forgottenSuite } from './forgotten.suite.ts'
import { killSuite } from './kills.suite.ts'
import { promotionSuite } from './promotion.suite.ts'
import { realCanarySuite } from './real-canary.suite.ts'
import { routerSuite } from './routers.suite.ts'
import { secretsSuite } from './secrets.suite.ts'
import { openStrategies, strategyPipelines, strategySuite } from './strategies.suite.ts'
import { targetSuite } from './target.suite.ts'
import { writesSuite } from './writes.suite.ts'

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
  routerSuite(() => cluster)
  writesSuite(() => cluster)
  realCanarySuite(() => cluster)
  exampleSuite(() => cluster)
  secretsSuite(() => cluster)
  canaryFaultSuite(() => cluster, {
    open: () => openStrategies(cluster),
    pipelines: strategyPipelines,
    beside: served => {
      faultSuite(() => cluster)
      clientSuite(() => cluster)
      promotionSuite(() => cluster)
      strategySuite(() => cluster, served)
    },
  })
  forgottenSuite(() => cluster)
  killSuite(() => cluster)
})
