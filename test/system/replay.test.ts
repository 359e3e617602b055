import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import proto from '@temporalio/proto'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import { workflowBundle } from '../../workflows/bundle.ts'
import { scenarios } from '../replay/scenarios.ts'

/**
 * Runs that are in flight when Slipway is upgraded must go on: every history recorded before must lead today's code to the
 * same commands. When one does not, the change needs a `patched()` whose id goes into `workflows/patches.ts`, not a new history.
 */
const folder = join(import.meta.dirname, '..', 'replay', 'histories')

let codePath = ''
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  codePath = (await workflowBundle()).codePath
})

describe('recorded histories', () => {
  it('are there for every scenario', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(scenarios).sort())
  })

  for (const name of readdirSync(folder))
    for (const file of readdirSync(join(folder, name)))
      it(`replay: ${name}, ${file}`, async () => {
        const { workflowId, history } = JSON.parse(readFileSync(join(folder, name, file), 'utf8'))
        const decoded = proto.temporal.api.history.v1.History.decode(Buffer.from(history, 'base64'))
        await Worker.runReplayHistory({ workflowBundle: { codePath } }, decoded, workflowId)
      })
})
