import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pipelineJsonSchema } from './json-schema.ts'
import { referenceMarkdown } from './reference.ts'

/** `node pipeline/schema/generate.ts` writes the files that are made from the schemas and checked in. */
export const generatedFiles = {
  'pipeline.schema.json': () => `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`,
  'docs/reference.md': referenceMarkdown,
} as const satisfies Record<string, () => string>

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = new URL('../../', import.meta.url)
  mkdirSync(new URL('docs/', root), { recursive: true })
  for (const [path, write] of Object.entries(generatedFiles)) writeFileSync(new URL(path, root), write())
}
