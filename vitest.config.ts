import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', '**/dist/**']

/** Judge what real load does, or how long something takes: they must not share the machine. */
const alone = ['demo', 'process-target/no-request-lost', 'ui'].map(name => `test/system/${name}.test.ts`)

const real = { pool: 'forks', testTimeout: 120_000, hookTimeout: 120_000 } as const

/**
 * Four projects, one after the other: `unit` needs nothing but Node and is the inner loop; `system` talks to real
 * components, a few files at a time (they mostly wait); `alone` does so one file at a time; `kubernetes` comes last,
 * as what it needs is built while the others run.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{pipeline,workflows,activities,store,api,setup,bench,test/unit}/**/*.test.ts'],
          exclude,
          pool: 'forks',
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
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: 'alone',
          include: alone,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...real,
          name: 'kubernetes',
          include: ['test/kubernetes/**/*.test.ts'],
          // They wait for pods.
          maxConcurrency: 30,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
