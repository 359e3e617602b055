#!/usr/bin/env node
// Runs on any Node.js since 12, so that one too old for the rest hears a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 19)) import('./bin.ts')
else {
  process.stderr.write(
    `slipway needs Node.js 22.19 or newer; this is ${process.versions.node}. Install a newer one, or use \`npx slipway\` in a clone, which brings its own.\n`,
  )
  process.exitCode = 1
}
