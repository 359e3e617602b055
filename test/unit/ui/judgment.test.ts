import { describe, expect, test } from 'vitest'
import type { Session } from '../../../api/contract/server.ts'
import type { JudgmentProgress } from '../../../pipeline/execution.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { inputProblems, inputValues } from '../../../ui/features/judgment/answer-inputs.ts'
import { canariesBefore, changesAfter } from '../../../ui/features/judgment/changes.ts'
import { mayJudge, whoMay } from '../../../ui/features/judgment/may-judge.ts'
import { anExecution } from '../../fakes/api.ts'

const asked: JudgmentProgress = {
  ...{ instructions: null, approvals: 2, approvers: ['role:sre', 'grace'], fourEyes: true, given: [], seen: 'h' },
  ...{ until: '2026-01-01T04:00:00.000Z', inputs: {} },
}
const execution = anExecution({ trigger: { type: 'api', by: 'ada' } })

function session(name: string, rights: Session['rights'], roles: string[] = []): Session {
  return { principal: { name, type: 'session', roles, groups: [] }, rights, server: { version: '0' } }
}

describe('who may answer a judgment', () => {
  test('needs the right, and to be asked by name or role', () => {
    expect(mayJudge(asked, execution, session('grace', [])).never).toMatch(/lack the right/)
    expect(mayJudge(asked, execution, session('eve', ['execution:approve'])).never).toMatch(/role:sre, grace/)
    expect(mayJudge(asked, execution, session('grace', ['execution:approve'])).notApprove).toBeNull()
    expect(mayJudge(asked, execution, session('linus', ['execution:approve'], ['sre'])).notApprove).toBeNull()
  })

  test('whoever started the run may reject, and approve only with a right of its own', () => {
    const ada = session('ada', ['execution:approve'], ['sre'])
    expect(mayJudge(asked, execution, ada)).toMatchObject({ never: null, override: false })
    expect(mayJudge(asked, execution, ada).notApprove).toMatch(/somebody else/)
    const lead = session('ada', ['execution:approve', 'judgment:override'], ['sre'])
    expect(mayJudge(asked, execution, lead).override).toBe(true)
    expect(mayJudge({ ...asked, fourEyes: false }, execution, ada).notApprove).toBeNull()
  })

  test('nobody approves twice', () => {
    const given = [{ by: 'grace', at: '2026-01-01T00:00:00.000Z' }]
    const may = mayJudge({ ...asked, given }, execution, session('grace', ['execution:approve', 'judgment:override']))
    expect(may).toMatchObject({ never: null, override: false })
    expect(may.notApprove).toMatch(/already/)
  })

  test('is said in a sentence', () => {
    expect(whoMay(asked, execution)).toBe(
      'role:sre and grace may approve: 2 different people have to; ada, who started it, may not.',
    )
  })
})

describe('the values of an approval', () => {
  const inputs: JudgmentProgress['inputs'] = {
    ticket: { type: 'text', maxLength: 10, required: true },
    share: { type: 'number', min: 1, max: 50, required: false },
    region: { type: 'choice', options: ['eu', 'us'], required: true },
  }

  test('are checked before they are sent', () => {
    expect(inputProblems(inputs, { share: '70' })).toEqual({
      ticket: 'A value is needed.',
      share: 'At most 50.',
      region: 'A value is needed.',
    })
    expect(inputProblems(inputs, { ticket: 'T-1', region: 'eu', share: 'x' })).toEqual({
      share: 'This is not a number.',
    })
  })

  test('are sent typed, and left out when empty', () => {
    expect(inputValues(inputs, { ticket: 'T-1', share: '5', region: '' })).toEqual({ ticket: 'T-1', share: 5 })
  })
})

test('what an approval lets through is what waits for it, and what was said is by the canaries before', () => {
  const definition = {
    stages: [
      { id: 'canary', type: 'canary', target: 'eu', service: 'shop' },
      { id: 'ok', type: 'judgment' },
      { id: 'us', type: 'deploy', target: 'us', service: 'shop', release: { version: '2', config: ['flags'] } },
      { id: 'aside', type: 'deploy', target: 'asia', service: 'shop', needs: [] },
    ],
  } as unknown as Pipeline
  expect(changesAfter(definition, 'ok')).toEqual([{ stage: 'us', target: 'us', service: 'shop', config: ['flags'] }])
  const stage = { type: 'canary', status: 'succeeded', attempt: 1, startedAt: null, endedAt: null, progress: null }
  const run = anExecution({
    stages: [{ ...stage, id: 'canary', status: 'succeeded', reason: 'fine', outputs: { verdict: 'pass' } }],
  })
  expect(canariesBefore(run, definition, 'ok')).toEqual([{ stage: 'canary', verdict: 'pass', reason: 'fine' }])
})
