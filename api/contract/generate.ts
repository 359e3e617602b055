import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openapi } from './openapi.ts'

/** The document as it is checked in; its version is that of the API, not of a server. */
export const openapiJson = () => `${JSON.stringify(openapi('1'), null, 1)}\n`

/** `node api/contract/generate.ts` writes `docs/openapi.json`. */
if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('../../docs/openapi.json', import.meta.url), openapiJson())
