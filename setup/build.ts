import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workflowBundle } from '../workflows/bundle.ts'

/** Builds what is served or run as one file (the UI, the workflow bundle), when its sources are newer than it. */
interface Product {
  what: string
  /** Written last, with the hash of the sources. */
  marker: string
  sources: string[]
  build(): Promise<void>
}

const root = join(import.meta.dirname, '..')

const products: Product[] = [
  {
    what: 'the UI',
    marker: 'ui/dist/.sources',
    sources: [
      'ui/**/*.{ts,tsx,js,css,html,svg}',
      'api/{client,contract}/**/*.ts',
      'pipeline/**/*.ts',
      'package-lock.json',
    ],
    build: async () => {
      const { build } = await import('vite')
      await build({ root: join(root, 'ui'), logLevel: 'error' })
    },
  },
]

for (const product of products) {
  const hash = hashOf(product.sources)
  const marker = join(root, product.marker)
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) continue
  console.error(`building ${product.what} …`)
  await product.build()
  writeFileSync(marker, hash)
}

// They keep their own account of their sources. With `encryption` another one is run, and an installed server may write none.
await workflowBundle()
await workflowBundle(undefined, join(root, 'workflows/sealed-failures.ts'))

function hashOf(patterns: string[]): string {
  const hash = createHash('sha256')
  const files = patterns.flatMap(pattern =>
    globSync(pattern, { cwd: root, exclude: ['**/dist/**', '**/node_modules/**'] }),
  )
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}
