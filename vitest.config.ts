import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', '**/dist/**']

/** Two projects: `unit` needs nothing but Node and is the inner loop; `system` talks to real components. */
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
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude,
          pool: 'forks',
          // One file at a time, after the unit tests: canaries are judged on real load, which must not be disturbed.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
