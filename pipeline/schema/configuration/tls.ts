import { z } from 'zod'

/** How our own port is served. */
export const tls = z
  .strictObject({
    cert: z.string().min(1).max(4_096).describe('File with the certificate and its chain; PEM.'),
    key: z.string().min(1).max(4_096).describe('File with its key; PEM.'),
  })
  .describe('Serves over TLS, and only so. The files are read again when they change; relative to this file.')
