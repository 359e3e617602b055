import type { Direction } from '../judge.ts'
import type { NanStrategy } from './transform.ts'

/** How one metric is judged. The four limits are bounds of the effect size, not differences: 1.2 is "20 % more". */
export interface RankSettings {
  direction: Direction
  nanStrategy: NanStrategy
  /** Interquartile ranges beyond which a value is dropped; null keeps all. */
  outlierFactor: number | null
  critical: boolean
  mustHaveData: boolean
  muted: boolean
  effect: {
    measure: 'mean-ratio' | 'cles'
    allowedIncrease: number
    allowedDecrease: number
    criticalIncrease: number
    criticalDecrease: number
  }
}
