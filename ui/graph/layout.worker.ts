import { placeStages } from './layout.ts'

/** Lays out what it is sent; large graphs take longer than a page may stand still. */
self.onmessage = ({ data }: MessageEvent<Parameters<typeof placeStages>[0]>) => self.postMessage(placeStages(data))
