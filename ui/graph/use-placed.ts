import { useEffect, useMemo, useState } from 'react'
import { type Placed, placeStages } from './layout.ts'
import workerAddress from './layout.worker.ts?worker&url'

type Shape = Parameters<typeof placeStages>[0]

/** A page stands still for less than a tenth of a second for as many. */
const atOnce = 60

/** Where the stages go; null while a larger graph is laid out in a worker. Computed again when `shape` changes. */
export function usePlaced(stages: Shape, shape: string): Placed | null {
  const isSmall = stages.length <= atOnce
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` is all of the stages that matters
  const placed = useMemo(() => (isSmall ? placeStages(stages) : null), [shape])
  const [fromWorker, setFromWorker] = useState<{ shape: string; placed: Placed } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    if (isSmall) return
    return placeInWorker(
      stages.map(({ id, needs }) => ({ id, needs })),
      answer => setFromWorker({ shape, placed: answer }),
    )
  }, [shape])
  return placed ?? (fromWorker?.shape === shape ? fromWorker.placed : null)
}

/** Returns what gives it up. A browser that lets no worker begin lays out by itself. */
function placeInWorker(stages: Shape, onPlaced: (placed: Placed) => void): () => void {
  const worker = new Worker(trusted(workerAddress), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<Placed>) => {
    onPlaced(data)
    worker.terminate()
  }
  worker.onerror = () => onPlaced(placeStages(stages))
  worker.postMessage(stages)
  return () => worker.terminate()
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): {
    createScriptURL(address: string): string
  }
}

/** The content security policy asks for a say about every address that code comes from; this one was built with the page. */
function trusted(address: string): string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes
  policy ??= types?.createPolicy('slipway-worker', { createScriptURL: own => own }) ?? { createScriptURL: own => own }
  return policy.createScriptURL(address)
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null
