import { Command } from 'commander'
import { parseAllDocuments, stringify } from 'yaml'
import { importArgoRollouts } from '../../../pipeline/imports/argo-rollouts.ts'
import { importFlagger } from '../../../pipeline/imports/flagger.ts'
import { importKayenta } from '../../../pipeline/imports/kayenta.ts'
import type { Imported } from '../../../pipeline/imports/source.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, type OutputFormat, outputOption, print, printData, safe } from '../output.ts'
import { readTextFile } from '../text-files.ts'

const importers: Readonly<Record<string, (documents: readonly unknown[]) => Imported>> = {
  kayenta: documents => importKayenta(documents[0]),
  'argo-rollouts': importArgoRollouts,
  flagger: importFlagger,
}

/** `slipway import kayenta|argo-rollouts|flagger FILE…`: a pipeline on standard output, what was left behind on the other. */
export function importCommand(io: Io): Command {
  const command = new Command('import').description('turn configurations of other tools into a pipeline')
  for (const [name, importer] of Object.entries(importers)) {
    command
      .command(name)
      .description(`from files of ${name}`)
      .argument('<file...>')
      .addOption(outputOption())
      .action(async (files: string[], { output }: { output: OutputFormat }) => {
        const imported = run(importer, (await Promise.all(files.map(readDocuments))).flat())
        if (output !== 'text') return printData(io, output, imported)
        print(io, stringify(imported.pipeline, { lineWidth: 120 }).trimEnd())
        for (const { pointer, why } of imported.lost) note(io, safe(`not carried over: ${pointer} (${why})`))
        note(io, 'look at target, service and release, then: slipway validate')
      })
  }
  return command
}

async function readDocuments(file: string): Promise<unknown[]> {
  const documents = parseAllDocuments(await readTextFile(file), { stringKeys: true })
  return [...documents].map(document => {
    const [error] = document.errors
    if (error !== undefined) throw new CliError(`${file}: ${safe(error.message)}`, exitCodes.invalid)
    return document.toJS({ maxAliasCount: 100 })
  })
}

function run(importer: (documents: readonly unknown[]) => Imported, documents: readonly unknown[]): Imported {
  try {
    return importer(documents)
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), exitCodes.invalid)
  }
}
