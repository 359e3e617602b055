import type { ServiceState } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import { sameRelease } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { bake } from '../canary/bake.ts'
import { climb, waitingAt } from '../canary/climb.ts'
import { decide } from '../canary/decide.ts'
import { passGates, registerRollbackGates } from '../canary/gates.ts'
import { loadFor } from '../canary/load.ts'
import { promote, tidy } from '../canary/promotion.ts'
import { registerReturn } from '../canary/restore.ts'
import type { CanaryRun, Climbed } from '../canary/run.ts'
import { tellVerdict } from '../canary/verdict.ts'
import { directDeploy, superseded } from '../direct-deploy.ts'
import type { Outcome } from '../outcome.ts'
import { CannotTell, failed, succeeded } from '../outcome.ts'
import { patches } from '../patches.ts'
import { stageWriter } from '../stage-writer.ts'
import { together } from '../together.ts'
import { badReleaseFails } from '../try-release.ts'
import { clusterOf } from '../writer.ts'
import { releaseJson } from './deploy.ts'
import type { StageContext } from './stage.ts'

/** Puts a new version beside a baseline, gives both a little traffic, compares them, and promotes it or takes it back. */
export async function canary(stage: StageOf<'canary'>, context: StageContext): Promise<Outcome> {
  const { target, service } = stage
  const release = stage.release as Release
  const began = context.world.patched(patches.lessAsked) ? context.began : context.world.now()
  context.steering.notPromotable = 'is still starting'
  context.progress({ phase: 'starting', target, service, release: release.version, steps: stage.steps.length })
  const seen = await context.lock({ target, service })
  const writer = stageWriter(context)
  const mirrors = stage.steps.some(({ mirror }) => mirror !== undefined)
  const state = mirrors ? await writer.current({ mirrors }) : (seen ?? (await writer.current()))
  const old = clusterOf(state, 'stable')
  context.outputs({ release: releaseJson(release), previousRelease: old && releaseJson(old.release) })
  return badReleaseFails(context.world, async () => {
    const gated = { stage, context, release, old }
    if (old === null) {
      const before = await passGates(gated, 'before-rollout', {})
      if (before.refused !== null) return failed(before.refused)
      await directDeploy(context, release, { before: null, instances: null })
      const after = await passGates(gated, 'after-rollout', {})
      if (after.refused !== null) return failed(after.refused)
      return unjudged(context, `first deployment of ${service} on ${target}: nothing to compare with`)
    }
    if (sameRelease(old.release, release))
      return unjudged(context, `${service} on ${target} runs ${release.version} already`)
    const { refused } = await passGates(gated, 'before-rollout', {})
    if (refused !== null) return failed(refused)
    return compare({ stage, context, writer, release, old, began }, state)
  })
}

async function compare(run: CanaryRun, state: ServiceState): Promise<Outcome> {
  const { stage, context, writer } = run
  registerRollbackGates(run)
  const underLoad = loadFor(run)
  registerReturn(run)
  await clearLeftovers(run, state)
  const climbed = await underLoad(() => climb(run))
  tellVerdict(context, climbed.progress, 'canary')
  if (climbed.refused !== null) return failed(climbed.refused)
  const decision = await decide(run, climbed)
  if (!decision.promote) return takenBack(climbed.progress.verdict, decision.reason)
  context.note(decision.reason)
  const { verdict, reason } = climbed
  const here = waitingAt(run, { step: stage.steps.length - 1, weights: decision.weights, progress: climbed.progress })
  const before = await passGates(run, 'before-promotion', { verdict, reason }, here)
  const seen = here.seen()
  if (seen.verdict !== verdict) tellVerdict(context, seen, 'canary')
  if (before.refused !== null) return failed(before.refused)
  if (before.promotedBy !== null) context.note(before.promotedBy)
  const isWarm = await promote(run, decision.weights)
  context.onReopen(async () => superseded(await writer.current(), run.release))
  const after = await passGates(run, 'after-rollout', { verdict, reason })
  if (after.refused !== null) return failed(after.refused)
  const harm = stage.bake === undefined ? null : await bake(run, { ...climbed, progress: seen }, stage.bake)
  if (harm !== null) return failed(harm)
  if (!isWarm && stage.bake === undefined && context.world.patched(patches.nothingWarm)) return succeeded()
  await context.world.shielded(async () => {
    await tidy(run, { roles: ['previous'], last: null })
    if (stage.bake !== undefined) await context.grant().warm(null)
  })
  return succeeded()
}

/** A run that died, or an undo that failed, may have left clusters and weights behind. */
async function clearLeftovers(
  { context, writer }: CanaryRun,
  { clusters, weights, mirror }: ServiceState,
): Promise<void> {
  const left = clusters.filter(({ role }) => role !== 'stable')
  if (weights.stable !== 100 || mirror !== undefined) await writer.route({ stable: 100 })
  await together(
    context.world,
    left.map(
      ({ role }) =>
        () =>
          writer.remove(role),
    ),
  )
}

/** Nothing was compared, which is no reason to stop. */
function unjudged(context: StageContext, reason: string): Outcome {
  context.note(reason)
  return succeeded({ verdict: 'insufficient', analysis: { looks: 0, verdict: 'insufficient', reason, metrics: [] } })
}

function takenBack(verdict: Climbed['verdict'], reason: string): Outcome {
  if (verdict === 'errored') throw new CannotTell(reason)
  return failed(reason)
}
