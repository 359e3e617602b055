import { auditContract } from './contract/audit.ts'
import { availabilityContract } from './contract/availability.ts'
import { beginContract } from './contract/begin.ts'
import { identityContract } from './contract/identity.ts'
import { listsContract } from './contract/lists.ts'
import { migrationsContract } from './contract/migrations.ts'
import { plansContract } from './contract/plans.ts'
import { recordContract } from './contract/record.ts'
import { retentionContract } from './contract/retention.ts'
import { sealingContract } from './contract/sealing.ts'
import { subscribeContract } from './contract/subscribe.ts'
import type { DatabaseUnderTest } from './contract/suite.ts'
import { suiteOn } from './contract/suite.ts'
import { triggersContract } from './contract/triggers.ts'

/** What every database behind the store must hold. To be called inside a `describe`. */
export function storeContract(database: () => DatabaseUnderTest): void {
  const suite = suiteOn(database)
  beginContract(suite)
  recordContract(suite)
  listsContract(suite)
  auditContract(suite)
  identityContract(suite)
  retentionContract(suite)
  subscribeContract(suite)
  triggersContract(suite)
  availabilityContract(suite)
  migrationsContract(suite)
  plansContract(suite)
  sealingContract(suite)
}
