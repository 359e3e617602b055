import { parentPort, workerData } from 'node:worker_threads'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { type SimulateSettings, simulate } from './simulate.ts'

/** One simulation in a thread of its own; see `simulator.ts`. */
const { pipeline, settings } = workerData as { pipeline: Pipeline; settings: SimulateSettings }
parentPort!.postMessage(await simulate(pipeline, settings))
