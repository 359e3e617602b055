import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { V1Deployment } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiTimings, type KubernetesApi, openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { kubernetesTarget } from '../../activities/targets/kubernetes/target.ts'
import { openWatches } from '../../activities/targets/kubernetes/watch.ts'
import type { Cluster } from './cluster.ts'
import { type FlakyLine, openFlakyLine } from './flaky.ts'
import { adminApi, apply, op, openTestTarget, release, type TestTarget, userObjects } from './world.ts'

const namespace = 'flaky'
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`
const deployed = ['lost', 'skewed'] as const
const seen = ['cut', 'gone', 'silent', 'many'] as const
const patient: ApiTimings = { answer: 10_000, silence: 60_000, backoff: 20 }

/** A real API server, asked over lines that fail as real ones do. */
export function clientSuite(cluster: () => Cluster): void {
  describe('a line to the API server that is not what it should be', () => {
    let opened: TestTarget
    let folder: string
    let ca: string
    const lines: FlakyLine[] = []

    beforeAll(async () => {
      const { control } = cluster()
      folder = mkdtempSync(join(tmpdir(), 'slipway-flaky-'))
      ca = join(control.folder, 'pki/apiserver.crt')
      opened = await openTestTarget(control, namespace, Object.fromEntries(deployed.map(name => [name, {}])))
      const objects = (replicas: number) => (name: string) => userObjects(namespace, name, { replicas })
      await apply(control, ...deployed.flatMap(objects(1)), ...seen.flatMap(objects(0)))
      await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=60s'])
    })
    afterAll(async () => {
      for (const line of lines) await line.close()
      rmSync(folder, { recursive: true, force: true })
    })

    /** A line of its own, and a client that knows the API server only by it. */
    async function open(timings: Partial<ApiTimings> = {}, token = 'slipway-token') {
      const line = await openFlakyLine(cluster().control)
      lines.push(line)
      const tokenFile = join(folder, `token-${lines.length}`)
      writeFileSync(tokenFile, `${token}\n`)
      const connection = openConnection('flaky', { server: line.url, tokenFile, caFile: ca })
      const api = openApi('flaky', connection, { ...patient, ...timings })
      return { line, api, tokenFile }
    }

    /** By somebody else. */
    async function annotate(name: (typeof seen)[number], text: string): Promise<void> {
      const body = { metadata: { annotations: { text } } }
      await adminApi(cluster().control).send(`${deployments}/${name}`, { method: 'PATCH', body })
    }

    const isNew = (found: V1Deployment | null) => (found?.metadata?.annotations?.text === 'new' ? true : undefined)

    /** Resolves when a watch has told that it was annotated. */
    function untilNew(api: KubernetesApi, name: string, watches = openWatches(api)): Promise<true> {
      return watches.until(deployments, name, isNew, { signal: AbortSignal.timeout(60_000), every: 60_000 })
    }

    const watched = (line: FlakyLine) => line.asked.filter(({ watch }) => watch).length
    const listed = (line: FlakyLine) => line.asked.filter(({ watch, path }) => !watch && path === deployments).length

    describe.concurrent('is borne', () => {
      it('a busy server is asked again when it says so, and not before', async () => {
        const { line, api } = await open()
        line.fault = (_, nth) => (nth === 1 ? { status: 429, headers: { 'retry-after': '1' } } : null)
        const began = performance.now()
        await api.send(configMaps)
        expect(performance.now() - began).toBeGreaterThanOrEqual(1_000)
        expect(line.asked).toHaveLength(2)
        line.fault = () => ({ status: 429, headers: { 'retry-after': '60' } })
        await expect(api.send(configMaps)).rejects.toMatchObject({ kind: 'Unavailable', retryAfter: 60_000 })
        expect(line.asked).toHaveLength(3)
      })

      it('what was done and never answered is not done again', async () => {
        const { line, api } = await open({ backoff: 20 })
        line.fault = ({ method }, nth) => (['POST', 'PUT'].includes(method) && nth === 1 ? 'answer lost' : null)
        const target = kubernetesTarget(namespace, opened.configuration, api)
        const desired = { role: 'canary' as const, release: release('2.0.0'), instances: 1 }
        const same = op()
        // As Temporal does.
        for (let attempt = 1; ; attempt++) {
          const failed = await target.apply('lost', desired, same).then(
            () => null,
            error => error,
          )
          if (failed === null) break
          expect(failed).toMatchObject({ kind: 'Unavailable' })
          expect(attempt).toBeLessThan(10)
        }
        const made = await adminApi(cluster().control).send<{ metadata: { generation: number } }>(
          `${deployments}/lost-canary`,
        )
        expect(made.metadata.generation).toBe(1)
        const created = cluster()
          .control.audit()
          .filter(
            ({ verb, objectRef, responseStatus }) =>
              verb === 'create' && objectRef?.name === 'lost-canary' && responseStatus?.code === 201,
          )
        expect(created.map(({ objectRef }) => objectRef!.resource).sort()).toEqual(['deployments', 'services'])
      })

      it('a watch that is cut goes on from where it was', async () => {
        const { line, api } = await open()
        const waiting = untilNew(api, 'cut')
        await until(() => line.streams() === 1)
        line.cutStreams()
        await annotate('cut', 'new')
        await waiting
        expect(listed(line)).toBe(1)
      })

      it('a watch whose version is gone lists again', async () => {
        const { line, api } = await open()
        line.fault = ({ watch }, nth) => (watch && nth === 2 ? { status: 410, body: { reason: 'Expired' } } : null)
        const waiting = untilNew(api, 'gone')
        await until(() => line.streams() === 1)
        line.cutStreams()
        await annotate('gone', 'new')
        await waiting
        expect(listed(line)).toBe(2)
      })

      it('a watch nothing comes of is given up, and started again', async () => {
        const { line, api } = await open({ silence: 300 })
        line.fault = ({ watch }, nth) => (watch && nth === 1 ? 'silent' : null)
        const waiting = untilNew(api, 'silent')
        await until(() => watched(line) === 1)
        await annotate('silent', 'new')
        await waiting
        expect(watched(line)).toBeGreaterThanOrEqual(2)
      })

      it('a server that ends or refuses every watch is left in peace', async () => {
        const refuses = await open()
        const ends = await open()
        refuses.line.fault = ({ watch }) => (watch ? { status: 429, headers: { 'retry-after': '30' } } : null)
        ends.line.fault = ({ watch }) => (watch ? { status: 200, body: {} } : null)
        const waiting = [refuses, ends].map(({ api }) => untilNew(api, 'nobody').catch(() => {}))
        await until(() => watched(refuses.line) > 0 && watched(ends.line) > 0)
        await sleep(1_500)
        expect([watched(refuses.line), listed(refuses.line)]).toEqual([1, 1])
        expect(watched(ends.line)).toBeLessThanOrEqual(5)
        void waiting
      })

      it('500 who wait are one watch', async () => {
        const { line, api } = await open()
        const watches = openWatches(api)
        const waiting = Array.from({ length: 500 }, () => untilNew(api, 'many', watches))
        await until(() => watched(line) === 1)
        await annotate('many', 'new')
        await Promise.all(waiting)
        expect([watched(line), listed(line)]).toEqual([1, 1])
      })

      it('a slow answer is not waited for without end, however it comes', async () => {
        const { line, api } = await open({ answer: 8_000 })
        line.fault = (_, nth) => (nth === 1 ? 'silent' : null)
        await api.send(configMaps)
        expect(line.asked.length).toBeGreaterThanOrEqual(2)
        const dripping = await open({ answer: 400 })
        dripping.line.fault = () => 'drip'
        await expect(dripping.api.send(configMaps)).rejects.toMatchObject({
          kind: 'Unavailable',
          message: expect.stringMatching(/the API server at https.* does not answer \(no answer within 400 ms\)/),
        })
      })

      it('a token that has expired is read again from its file', async () => {
        const { line, api, tokenFile } = await open({}, 'expired-token')
        await expect(api.send(configMaps)).rejects.toMatchObject({
          kind: 'Unavailable',
          message: expect.stringMatching(/does not accept our credentials; renew the token/),
        })
        line.fault = () => {
          writeFileSync(tokenFile, 'slipway-token\n')
          return null
        }
        await api.send(configMaps)
        expect(line.asked.slice(-2).map(({ token }) => token)).toEqual(['expired-token', 'slipway-token'])
      })

      it('the account of a pod is its own, its token and its authority read again when they were replaced', async () => {
        const { control } = cluster()
        const kubectl = (...args: string[]) => control.kubectl(['-n', namespace, ...args])
        await kubectl('create', 'serviceaccount', 'pod')
        const binding = ['--role', `slipway-${namespace}`, '--serviceaccount', `${namespace}:pod`]
        await kubectl('create', 'rolebinding', 'pod', ...binding)
        const { line } = await open()
        const { hostname: host, port } = new URL(line.url)
        const account = mkdtempSync(join(folder, 'account-'))
        const give = (name: string, text: string | Buffer) => writeFileSync(join(account, name), text)
        const api = openApi('pod', openConnection('pod', { inCluster: true }, { host, port, folder: account }), patient)
        give('token', 'of-yesterday')
        give('ca.crt', readFileSync(join(control.folder, 'pki/apiserver.crt')))
        await expect(api.send(configMaps)).rejects.toThrow(/does not accept our credentials/)
        const token = (await kubectl('create', 'token', 'pod')).trim()
        give('token', `${token}\n`)
        await api.send(configMaps)
        expect(line.asked.at(-1)!.token).toBe(token)
        const nowhere = openApi(
          'pod',
          openConnection('pod', { inCluster: true }, { host: '', port: '', folder: account }),
        )
        await expect(nowhere.send(configMaps)).rejects.toThrow(/Slipway does not run in a pod; use a kubeconfig/)
      })

      it('a program that gives tokens is asked again, whatever it said about how long they hold', async () => {
        const { line } = await open()
        const given = join(folder, 'given')
        const give = (token: string) => writeFileSync(given, JSON.stringify(execCredential(token)))
        const kubeconfig = join(folder, 'kubeconfig-exec')
        writeFileSync(kubeconfig, JSON.stringify(execConfig(line.url, ca, given)))
        const api = openApi('exec', openConnection('exec', { kubeconfig }))
        give('expired-token')
        line.fault = () => {
          give('slipway-token')
          return null
        }
        await api.send(configMaps)
        expect(line.asked.map(({ token }) => token)).toEqual(['expired-token', 'slipway-token'])
      })

      it('a worker whose clock was ahead keeps nobody waiting', async () => {
        const { api } = await open()
        const target = kubernetesTarget(namespace, opened.configuration, api)
        await target.apply('skewed', { role: 'canary', release: release('2.0.0'), instances: 1 }, op())
        const record = { fence: 1, done: [], idleSince: { canary: Date.now() + 3_600_000 } }
        const data = { record: JSON.stringify(record) }
        await adminApi(cluster().control).send(`${configMaps}/slipway-skewed`, { method: 'PATCH', body: { data } })
        await target.remove('skewed', 'canary', op())
        expect((await target.current('skewed')).clusters.map(({ role }) => role)).toEqual(['stable'])
      })
    })
  })
}

/** By the clock of whoever gave it, it holds for long. */
function execCredential(token: string): object {
  const status = { token, expirationTimestamp: '2126-01-01T00:00:00Z' }
  return { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }
}

function execConfig(server: string, ca: string, credential: string): object {
  const name = 'exec'
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'cat',
    args: [credential],
    interactiveMode: 'Never',
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority': ca } }],
    users: [{ name, user: { exec } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !holds(); tries++) await sleep(50)
  if (!holds()) throw new Error('waited in vain')
}
