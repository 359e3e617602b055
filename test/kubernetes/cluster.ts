import { kubernetesWhenBuilt } from '../../setup/background.mjs'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { installGatewayApi, type RunningGateway, startGateway } from './gateway.ts'
import { type AnsweringPods, answerForPods, podNetwork } from './pods.ts'
import { adminApi } from './world.ts'

/** A control plane whose simulated pods answer, behind a real Gateway. */
export interface Cluster {
  control: ControlPlane
  gateway: RunningGateway
  pods: AnsweringPods
  stop(): Promise<void>
}

/** Why there is none; null: there is one. Where SLIPWAY_REQUIRE=all nothing may be skipped, so there it throws. */
export async function whyNoCluster(): Promise<string | null> {
  const built = await kubernetesWhenBuilt()
  const missing = built.missing ?? whyNotHere()
  if (missing !== null && process.env.SLIPWAY_REQUIRE === 'all') throw new Error(missing)
  return missing
}

/** The pods' addresses are addresses of this machine, which only root may give it. */
function whyNotHere(): string | null {
  if (process.platform !== 'linux') return 'no Kubernetes to test with: that takes Linux'
  return process.getuid?.() === 0 ? null : 'no addresses for simulated pods: that takes root'
}

export async function startCluster(): Promise<Cluster> {
  const built = await kubernetesWhenBuilt()
  if (built.missing !== undefined) throw new Error(built.missing)
  const network = await podNetwork()
  const stops: (() => Promise<void>)[] = [() => network.release()]
  const stop = async () => {
    for (const end of stops.reverse()) await end()
  }
  try {
    const control = await startControlPlane(built.binaries, { podNetwork: network.cidr })
    stops.push(() => control.stop())
    await installGatewayApi(control, built.gateway)
    const gateway = await startGateway(control, built.gateway)
    stops.push(() => gateway.stop())
    const pods = await answerForPods(adminApi(control))
    stops.push(() => pods.close())
    return { control, gateway, pods, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
