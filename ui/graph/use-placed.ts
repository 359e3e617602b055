import { useEffect, useMemo, useState } from 'react'
import { type Placed, placeStages, type Shape } from './layout.ts'
import workerAddress from './layout.worker.ts?worker&url'

/** A page stands still for less than a tenth of a second for as many. */
const atOnce = 60

/** Where the stages go; null while a larger graph is laid out in a worker. Computed again when `key`, which tells shapes apart, changes. */
export function usePlaced({ stages, direction }: Shape, key: string): Placed | null {
  const isSmall = stages.length <= atOnce
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is all of the shape that matters
  const placed = useMemo(() => (isSmall ? placeStages({ stages, direction }) : null), [key])
  const [fromWorker, setFromWorker] = useState<{ key: string; placed: Placed } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    if (isSmall) return
    const plain = stages.map(({ id, needs }) => ({ id, needs }))
    return placeInWorker({ stages: plain, direction }, answer => setFromWorker({ key, placed: answer }))
  }, [key])
  return placed ?? (fromWorker?.key === key ? fromWorker.placed : null)
}

/** Returns what gives it up. A browser that lets no worker begin lays out by itself. */
function placeInWorker(shape: Shape, onPlaced: (placed: Placed) => void): () => void {
  const worker = new Worker(trusted(workerAddress), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<Placed>) => {
    onPlaced(data)
    worker.terminate()
  }
  worker.onerror = () => onPlaced(placeStages(shape))
  worker.postMessage(shape)
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
