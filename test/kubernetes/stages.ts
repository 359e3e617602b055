/**
 * What the tag of a simulated pod's image makes of it; any other tag becomes ready. The statuses are those a kubelet
 * writes.
 */
const misfortunes = {
  missing: `
      phase: Pending
      containerStatuses:
      - ready: false
        restartCount: 0
        started: false
        state: { waiting: { reason: ImagePullBackOff, message: 'Back-off pulling image: manifest unknown' } }`,
  crash: `
      phase: Running
      containerStatuses:
      - ready: false
        restartCount: 4
        started: false
        state: { waiting: { reason: CrashLoopBackOff, message: 'back-off 40s restarting failed container' } }
        lastState: { terminated: { exitCode: 3, reason: Error } }`,
  hungry: `
      phase: Running
      containerStatuses:
      - ready: false
        restartCount: 2
        started: false
        state: { waiting: { reason: CrashLoopBackOff, message: 'back-off 20s restarting failed container' } }
        lastState: { terminated: { exitCode: 137, reason: OOMKilled } }`,
  stuck: `
      phase: Pending
      containerStatuses:
      - ready: false
        restartCount: 0
        started: false
        state: { waiting: { reason: ContainerCreating } }`,
  exits: `
      phase: Failed
      containerStatuses:
      - ready: false
        restartCount: 0
        started: false
        state: { terminated: { exitCode: 3, reason: Error } }`,
  unready: `
      phase: Running
      containerStatuses:
      - ready: false
        restartCount: 0
        started: true
        state: { running: { startedAt: "2026-01-01T00:00:00Z" } }`,
} as const

export type Misfortune = keyof typeof misfortunes

/** kwok's stages, without luck for the pods whose tag asks for it. */
export function simulatedStages(stages: string): string {
  const tag = `'.spec.containers[0].image | split(":") | last'`
  const others = `
    - key: ${tag}
      operator: 'NotIn'
      values: [${Object.keys(misfortunes).join(', ')}]`
  const lucky = stages.split(/^---$/m).map(stage => {
    if (!/^ {2}name: pod-ready$/m.test(stage)) return stage
    return stage.replace(/^ {4}matchExpressions:$/m, `    matchExpressions:${others}`)
  })
  const unlucky = Object.entries(misfortunes).map(([name, status]) => stageOf(name, status, tag))
  return [...lucky, ...unlucky].join('\n---\n')
}

function stageOf(name: string, status: string, tag: string): string {
  const named = status.replace('- ready:', '- name: {{ (index .spec.containers 0).name | Quote }}\n        ready:')
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-${name} }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
    - key: '.metadata.deletionTimestamp'
      operator: 'DoesNotExist'
    - key: '.status.containerStatuses'
      operator: 'DoesNotExist'
    - key: ${tag}
      operator: 'In'
      values: [${name}]
  next:
    statusTemplate: |
      conditions:
      - { type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ Now | Quote }} }${named}
`
}
