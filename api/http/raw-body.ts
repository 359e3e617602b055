import type { Request, Response } from 'express'
import express from 'express'

/** The bytes of a request as they were sent: a signature is over bytes, not over what they mean. */
export async function readRawBody(request: Request, response: Response, limit: number): Promise<Buffer> {
  const read = express.raw({ limit, inflate: false, type: () => true })
  await new Promise<void>((resolve, reject) =>
    read(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error))),
  )
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}
