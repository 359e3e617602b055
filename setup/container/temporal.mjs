import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporalCli } from '../temporal.mjs'

// `node temporal.mjs FOLDER`: puts the Temporal CLI there, however it is had.
const [folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
copyFileSync(await temporalCli({ log: console.error }), join(folder, 'temporal'))
