import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const exclude = ['**/node_modules/**', '**/dist/**']

/** Judge what real load does, or how long something takes: they share the machine with little else. */
const alone = ['demo', 'process-target/no-request-lost', 'prometheus-canary', 'ui'].map(
  name => `test/system/${name}.test.ts`,
)

/** What takes longest begins first, so that nothing of it is left when all the rest has ended. */
const longest = [
  'kubernetes/kubernetes',
  ...['ui-views', 'kills', 'serve-dead', 'stages', 'schedules', 'api', 'store'].map(name => `system/${name}`),
  ...['embedded-store', 'process-target/host', 'schemathesis', 'webhooks'].map(name => `system/${name}`),
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex(name => moduleId.endsWith(`test/${name}.test.ts`))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(files)).sort((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}

/** What is waited for comes late on a busy machine; a second, as vitest has it, is little there. */
const patient = { poll: { timeout: 20_000 } }
/** Only what hangs takes five minutes, at half a machine's speed too. */
const real = { pool: 'forks', testTimeout: 300_000, hookTimeout: 300_000, expect: patient } as const

/**
 * `unit` needs nothing but Node and is the inner loop; `system` talks to real components, a few files at a time (they
 * mostly wait). `kubernetes` comes last, as what it needs is built while the others run. It is one file that waits for
 * pods and outlasts all of `alone`, so that its neighbour is one file of those at a time.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{pipeline,workflows,activities,store,api,setup,bench,test/unit}/**/*.test.ts'],
          exclude,
          pool: 'forks',
          // Most of their time was the loading of what the file before had loaded; whatever a test changes it puts back.
          isolate: false,
          // None takes a second on a quiet machine; five are little on a busy one.
          testTimeout: 20_000,
          // Some of them wait, too; vitest itself leaves a processor free.
          maxWorkers: Math.max(3, availableParallelism()),
        },
      },
      {
        test: {
          ...real,
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude: [...exclude, ...alone],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: 'alone',
          include: alone,
          exclude,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...real,
          name: 'kubernetes',
          include: ['test/kubernetes/**/*.test.ts'],
          // They wait for pods, and some for each other.
          maxConcurrency: 30,
          exclude,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
