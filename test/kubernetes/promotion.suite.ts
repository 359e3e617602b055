import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Target } from '../../activities/targets/target.ts'
import type { Cluster } from './cluster.ts'
import { apply, op, openTestTarget, release, userObjects } from './world.ts'

const namespace = 'by-commit'
const file = 'apps/shop/deployment.yaml'

/**
 * Promotions of a Deployment that Argo CD owns: commits to a repository, from which something brings them to the cluster.
 * Here that is `kubectl apply` of the newest commit in a loop: what Argo CD and Flux do, as far as a promotion sees of it.
 */
export function promotionSuite(cluster: () => Cluster): void {
  describe('promotion by commit', () => {
    describe('of a Deployment that Argo CD owns', { concurrent: false }, () => {
      let folder: string
      let bare: string
      let target: Target
      /** Does not wait long until a commit has reached the cluster. */
      let impatient: Target
      let syncing = true
      let syncer: Promise<void>

      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), 'slipway-by-commit-'))
        bare = join(folder, 'delivery.git')
        const { control } = cluster()
        const [deployment, service] = userObjects(namespace, 'shop', { replicas: 2 }) as [Owned, object]
        deployment.metadata.annotations = { 'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${namespace}/shop` }
        seed(bare, join(folder, 'work'), `# Written by people.\n${stringify(deployment)}`)
        const open = async (within: number) => {
          const promote = {
            ...{ type: 'git' as const, repository: `file://${bare}`, branch: 'main', file },
            ...{ author: 'Slipway <slipway@example.org>', within },
          }
          return (await openTestTarget(control, namespace, { shop: { promote, adopt: false } })).target
        }
        target = await open(60_000)
        impatient = await open(2_500)
        await apply(control, service)
        await bring()
        syncer = sync()
        await control.kubectl([
          '-n',
          namespace,
          'wait',
          '--for=condition=Available',
          'deploy',
          '--all',
          '--timeout=60s',
        ])
      })
      afterAll(async () => {
        syncing = false
        await syncer
        rmSync(folder, { recursive: true, force: true })
      })

      let paused = false
      async function sync(): Promise<void> {
        for (let done = ''; syncing; await sleep(100)) {
          const head = git('rev-parse', 'main')
          if (paused || head === done) continue
          await bring()
          done = head
        }
      }

      const bring = () => cluster().control.kubectl(['apply', '-f', '-'], git('show', `main:${file}`))

      const git = (...args: string[]) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' }).trim()
      const subjects = () => git('log', '--format=%s', 'main').split('\n')
      const stable = (version: string, more = {}, same = op(), through = target) =>
        through.apply('shop', { role: 'stable', release: release(version, more), instances: 2 }, same)
      const clusters = async () =>
        (await target.current('shop')).clusters.map(
          ({ role, release: { version }, ready }) => `${role} ${version} × ${ready}`,
        )

      it('is one commit that changes one line, waits for the cluster, and keeps the old version warm', async () => {
        const before = git('show', `main:${file}`)
        await target.apply('shop', { role: 'canary', release: release('2.0.0'), instances: 2 }, op())
        await target.route('shop', { canary: 100 }, op())
        const same = op()
        await stable('2.0.0', {}, same)
        await target.route('shop', { stable: 100 }, op())
        expect(await clusters()).toEqual(['stable 2.0.0 × 2', 'previous 0.0.1 × 2'])
        expect(git('show', `main:${file}`)).toBe(before.replace('shop:0.0.1', 'shop:2.0.0'))
        expect(git('log', '-n1', '--format=%an %s%n%b', 'main')).toBe(
          `Slipway shop on ${namespace}: 2.0.0\nSlipway-Service: shop on ${namespace}\nSlipway-Operation: ${same.id}\nSlipway-Fence: 1`,
        )
        await stable('2.0.0', {}, same)
        expect(subjects()).toEqual([`shop on ${namespace}: 2.0.0`, 'as people wrote it'])
      })

      it('is taken back by a commit as well', async () => {
        await target.route('shop', { previous: 100 }, op())
        await stable('0.0.1')
        await target.route('shop', { stable: 100 }, op())
        await target.remove('shop', 'previous', op())
        expect(await clusters()).toEqual(['stable 0.0.1 × 2'])
        expect(git('diff', 'main~2', 'main')).toBe('')
        expect(subjects()[0]).toBe(`shop on ${namespace}: 0.0.1`)
      })

      it('ends when nobody brings it to the cluster, and is committed back', async () => {
        paused = true
        await expect(stable('3.0.0', {}, op(), impatient)).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(
            /commit [0-9a-f]{8} on main says registry\.test\/shop:3\.0\.0, and after 2\.5 s Deployment shop still has registry\.test\/shop:0\.0\.1; is the repository brought to the cluster\?/,
          ),
        })
        expect(git('show', `main:${file}`)).toContain('shop:0.0.1')
        expect(subjects().slice(0, 2)).toEqual([`shop on ${namespace}: 0.0.1`, `shop on ${namespace}: 3.0.0`])
        paused = false
      })

      it('takes a release that does not run back', async () => {
        await expect(stable('crash')).rejects.toMatchObject({ kind: 'ReleaseFailed' })
        expect(await clusters()).toEqual(['stable 0.0.1 × 2'])
        expect(git('show', `main:${file}`)).toContain('shop:0.0.1')
      })

      it('changes the image alone, and not behind a newer run', async () => {
        const other = release('4.0.0', { env: { COLOUR: 'red' } })
        await expect(
          target.apply('shop', { role: 'canary', release: other, instances: 1 }, op()),
        ).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(/changes the image alone.* has "env"/),
        })
        await expect(
          target.apply('shop', { role: 'stable', release: release('0.0.1'), instances: 5 }, op()),
        ).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(/how many pods there are is said in file:/),
        })
        await stable('4.0.0', {}, op(7))
        await expect(stable('5.0.0', {}, op(6))).rejects.toMatchObject({ kind: 'Refused' })
      })
    })
  })
}

interface Owned {
  metadata: { annotations?: Record<string, string> }
}

function seed(bare: string, work: string, text: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  git('init', '-q', '--bare', '-b', 'main', bare)
  git('clone', '-q', bare, work)
  git('-C', work, 'config', 'user.name', 'Ann')
  git('-C', work, 'config', 'user.email', 'ann@example.org')
  execFileSync('mkdir', ['-p', join(work, 'apps/shop')])
  writeFileSync(join(work, file), text)
  git('-C', work, 'add', '.')
  git('-C', work, 'commit', '-qm', 'as people wrote it')
  git('-C', work, 'push', '-q', 'origin', 'HEAD:main')
}
