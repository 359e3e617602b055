/** gRPC waits up to two minutes between attempts; a server that restarts is back in one second. */
export const reconnectSoon = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
} as const
