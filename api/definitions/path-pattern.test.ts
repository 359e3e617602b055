import { expect, test } from 'vitest'
import { pathPattern } from './path-pattern.ts'

test.each([
  [
    'pipelines',
    'pipelines',
    ['pipelines/a.yaml', 'pipelines/b.yml'],
    ['pipelines/x/a.yaml', 'a.yaml', 'pipelines/.a.yaml'],
  ],
  ['.', '', ['a.yaml'], ['pipelines/a.yaml', 'a.txt']],
  ['teams/*/deploy/*.yaml', 'teams', ['teams/a/deploy/b.yaml'], ['teams/a/b/deploy/c.yaml', 'teams/a/deploy/b.yml']],
  ['**/slipway.yaml', '', ['slipway.yaml', 'a/b/slipway.yaml'], ['a/notslipway.yaml']],
  ['deploy/**', 'deploy', ['deploy/a.yaml', 'deploy/b/c.yml'], ['deploy/a.txt', 'x/deploy/a.yaml']],
  ['ci/one.yaml', 'ci', ['ci/one.yaml'], ['ci/two.yaml', 'ci/oneXyaml']],
  ['a+b/c?.yaml', 'a+b', ['a+b/c1.yaml'], ['aab/c1.yaml', 'a+b/c.yaml']],
])('%s reads below %j', (text, folder, yes, no) => {
  const pattern = pathPattern(text)
  expect(pattern.folder).toBe(folder)
  for (const path of yes) expect([path, pattern.matches(path)]).toEqual([path, true])
  for (const path of no) expect([path, pattern.matches(path)]).toEqual([path, false])
})
