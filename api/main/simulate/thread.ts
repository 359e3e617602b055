import { parentPort, workerData } from 'node:worker_threads'
import { compareSimulated, type Versions } from './compare.ts'

// What somebody sends for a preview may take long to simulate: it has a thread of its own, which can be ended.
parentPort?.postMessage(await compareSimulated(workerData as Versions))
