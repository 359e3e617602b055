import type { VerifyCheck } from '../../pipeline/schema/stages/verify.ts'
import { checkAll } from '../checks.ts'
import type { Checked } from '../stages/verify.ts'
import type { Checking } from './checking.ts'

/** A cluster answers as expected. */
export async function probed(
  check: Extract<VerifyCheck, { kind: 'probe' }>,
  { context, target, service }: Checking,
): Promise<Checked> {
  const problem = await checkAll(context, { target, service }, check.role, [check])
  return problem === null
    ? { holds: true, seen: `${check.path} of ${check.role} answers as expected` }
    : { holds: false, seen: problem }
}
