import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { httpAddress, reach } from './connections.ts'
import { secret } from './secret.ts'

/** A registry of images. With it, tags become digests when a run starts. */
export const imageRegistry = z.strictObject({
  url: httpAddress.describe('Its address, such as https://registry.example.org; images are matched by its host.'),
  ...reach,
  user: z.string().min(1).max(200).optional().describe('Name to log in with.'),
  password: secret.optional().describe('And its password or token.'),
  ca: secret.optional().describe('Certificates that are trusted instead of the well-known ones; PEM.'),
  timeout: positiveDuration.prefault('10s').describe('How long one question may take.'),
})

export type ImageRegistry = z.output<typeof imageRegistry>
