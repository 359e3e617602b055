import { placeStages, type Shape } from './layout.ts'

/** Lays out what it is sent; large graphs take longer than a page may stand still. */
self.onmessage = ({ data }: MessageEvent<Shape>) => self.postMessage(placeStages(data))
