import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from './cache.mjs'
import { lastWords, onPath, run } from './run.mjs'

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'test', 'kubernetes', 'shop')

/** Versions there are images of; `pause` is what holds a pod's network. */
const tags = ['1.0.0', '2.0.0', '3.0.0', '4.0.0', 'pause']

/**
 * Folder with `images.tar`: `registry.test/shop:TAG` for every tag, one static program each, as an archive that
 * containerd imports. Throws when it cannot be built, with the reason.
 */
export function shopImages({ env = process.env } = {}) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
  for (const file of ['go.mod', 'main.go']) hash.update(readFileSync(join(source, file)))
  return cached(`shop-image-${hash.digest('hex').slice(0, 8)}`, folder => build(folder, env), env)
}

async function build(folder, env) {
  const go = onPath('go', env)
  if (!go) throw new Error('there is no go on PATH')
  const layer = join(folder, 'layer')
  mkdirSync(layer)
  const flags = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(layer, 'app'), '.']
  await must(go, flags, { cwd: source, env: { ...env, CGO_ENABLED: '0', GOFLAGS: '' } })
  await must('tar', ['-cf', join(folder, 'layer.tar'), '-C', layer, 'app'], { env })
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'layer.tar')))
    .digest('hex')
  const manifest = tags.map(tag => {
    const file = `${tag}.json`
    writeFileSync(join(folder, file), JSON.stringify(configOf(tag, digest)))
    return { Config: file, RepoTags: [`registry.test/shop:${tag}`], Layers: ['layer.tar'] }
  })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const parts = ['layer.tar', 'manifest.json', ...manifest.map(({ Config }) => Config)]
  await must('tar', ['-cf', join(folder, 'images.tar'), '-C', folder, ...parts], { env })
  for (const part of ['layer', ...parts]) rmSync(join(folder, part), { recursive: true })
}

function configOf(tag, layer) {
  return {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: { Env: [`VERSION=${tag}`], Entrypoint: tag === 'pause' ? ['/app', 'pause'] : ['/app'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    history: [{ created_by: 'slipway' }],
  }
}

async function must(command, args, options) {
  const answer = await run(command, args, options)
  if (answer.code !== 0) throw new Error(`${command} failed: ${lastWords(answer.output)}`)
}
