/** One thing that is not as Slipway left it. Shown, never repaired without being asked. */
export interface Difference {
  /** `Deployment checkout`. */
  object: string
  /** `image`, `env.COLOUR`, `weights.canary`, … */
  field: string
  /** What Slipway applied and what is there; null: nothing. */
  applied: string | null
  found: string | null
}
