import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { AuditCheckpoint } from '../../../store/audit-records.ts'
import type { AuditRecord } from '../../../store/store.ts'
import type { Client } from '../../client/client.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print, printData, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

export function auditCommand(io: Io): Command {
  return new Command('audit')
    .description('what was done and what was refused')
    .addCommand(listCommand(io))
    .addCommand(verifyCommand(io))
    .addCommand(exportCommand(io))
}

interface ListOptions extends ServerOptions {
  actor?: string
  action?: string
  subject?: string
  outcome?: 'allowed' | 'refused'
  from?: string
  to?: string
  limit: string
  cursor?: string
}

function listCommand(io: Io): Command {
  return withServer(new Command('list'))
    .alias('search')
    .description('records, newest first, of what the options say')
    .option('--actor <name>')
    .option('--action <action>', 'such as execution.rollback')
    .option('--subject <subject>', 'such as execution:ID')
    .addOption(new Option('--outcome <outcome>').choices(['allowed', 'refused']))
    .option('--from <time>', 'from this time on: 2026-03-01T10:00:00.000Z')
    .option('--to <time>', 'before this time')
    .option('--limit <number>', 'at most so many', '50')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async ({ output, data, context, ...query }: ListOptions) => {
      const page = await connect(io, { data, context }).searchAudit(query)
      if (output !== 'text') return printData(io, output, page)
      const rows = page.items.map(({ sequence, at, actor, action, subject, outcome }) => [
        String(sequence),
        at,
        actor,
        outcome,
        action,
        subject,
      ])
      print(io, table(['#', 'AT', 'ACTOR', 'OUTCOME', 'ACTION', 'SUBJECT'], rows))
      if (page.next !== null) note(io, `more: --cursor ${page.next}`)
    })
}

interface VerifyOptions extends ServerOptions {
  file?: string
  checkpoints?: string
}

function verifyCommand(io: Io): Command {
  return withServer(new Command('verify'))
    .description('check the chain of the log; exit code 3 when it does not hold')
    .option('--file <file>', 'check an export (JSON Lines) instead of the server')
    .option('--checkpoints <file>', 'check that the log still is the one that these checkpoints saw')
    .action(async ({ file, checkpoints, output, data, context }: VerifyOptions) => {
      const { firstBadRecord } = await import('../../../store/audit-records.ts')
      const seen = checkpoints === undefined ? [] : lines<AuditCheckpoint>(checkpoints)
      const client = file === undefined ? connect(io, { data, context }) : null
      const told = (await client?.verifyAudit())?.firstBad ?? null
      const found = await firstBadRecord(client === null ? lines<AuditRecord>(file!) : allRecords(client), seen)
      const bad = [told, found].filter(sequence => sequence !== null)
      const firstBad = bad.length === 0 ? null : Math.min(...bad)
      if (output !== 'text') printData(io, output, { firstBad })
      if (firstBad !== null)
        throw new CliError(
          `the audit log does not hold: record ${firstBad} was changed, moved or removed`,
          exitCodes.failed,
        )
      if (output === 'text') print(io, 'the audit log holds')
    })
}

interface ExportOptions extends ServerOptions {
  format: 'jsonl' | 'csv'
}

function exportCommand(io: Io): Command {
  return withServer(new Command('export'))
    .description('all records in order, with their hashes')
    .addOption(new Option('--format <format>').choices(['jsonl', 'csv']).default('jsonl'))
    .action(async ({ format, data, context }: ExportOptions) => {
      if (format === 'csv') print(io, columns.join(','))
      for await (const record of allRecords(connect(io, { data, context })))
        print(io, format === 'csv' ? columns.map(column => csvCell(record[column])).join(',') : JSON.stringify(record))
    })
}

const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'outcome', 'data', 'previous', 'hash'] as const

/** In quotes; what a spreadsheet would take for a formula begins with an apostrophe. */
function csvCell(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

async function* allRecords(client: Client): AsyncGenerator<AuditRecord> {
  for (let after = 0; ; ) {
    const { items } = await client.exportAudit({ after })
    yield* items as AuditRecord[]
    if (items.length === 0) return
    after = items.at(-1)!.sequence
  }
}

function lines<T>(file: string): T[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.trim() !== '')
      .map(line => JSON.parse(line))
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON Lines: ${(error as Error).message}`, exitCodes.invalid)
  }
}
