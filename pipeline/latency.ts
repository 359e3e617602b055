/**
 * Upper bounds of the latency buckets of a target's own router, milliseconds. A request slower than one of them can be
 * asked for; between them the router does not look.
 */
export const latencyBounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const
