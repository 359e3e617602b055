import { createReadStream } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { Command } from 'commander'
import { judgeSequentialLine } from '../../../pipeline/canary/judge-line.ts'
import { CaseError } from '../../../pipeline/canary/kayenta/case-error.ts'
import { judgeKayentaCase } from '../../../pipeline/canary/kayenta/judge-case.ts'
import { parseCase } from '../../../pipeline/canary/kayenta/parse-case.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { type Line, readLines } from '../json-lines.ts'

/**
 * `slipway judge FILE`: judges recorded cases without a server, one case a line in, one judgment a line out, in order.
 *
 * The keys of a line say which form it has: Kayenta's, or the sequential judge's. A line that cannot be judged gets
 * `{ id, error: { message, pointer } }`, the others are judged all the same, and the command ends with 2. Memory holds
 * one case at a time, and reading waits for whoever takes the judgments.
 */
export function judgeCommand(io: Io): Command {
  return new Command('judge')
    .description('judge recorded canaries offline: one JSON case a line in, one judgment a line out')
    .argument('<file>', 'file of cases, or - for standard input')
    .action(async (file: string) => {
      const { judged, bad } = await judgeAll(file === '-' ? io.stdin : createReadStream(file), file, io.stdout)
      if (bad > 0) {
        const lines = judged + bad === 1 ? 'line' : 'lines'
        throw new CliError(
          `${bad} of ${judged + bad} ${lines} could not be judged; their "error" says why`,
          exitCodes.invalid,
        )
      }
    })
}

async function judgeAll(input: Readable, name: string, stdout: Writable): Promise<{ judged: number; bad: number }> {
  const output = checkedOutput(stdout)
  let judged = 0
  let bad = 0
  try {
    for await (const line of readLines(input)) {
      const answer = judgeLine(line)
      if ('error' in answer) bad += 1
      else judged += 1
      await output.write(`${JSON.stringify(answer)}\n`)
    }
    await output.flush()
    return { judged, bad }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`cannot read ${name === '-' ? 'standard input' : name}: ${reasonOf(error)}`, exitCodes.invalid)
  } finally {
    output.release()
  }
}

type Answer = object | { id: unknown; error: { message: string; pointer: string } }

function judgeLine(line: Line): Answer {
  if ('problem' in line) return failure(null, new CaseError(`line ${line.number}: ${line.problem}`, []))
  let json: unknown
  try {
    json = parseCase(line.text)
    return judgeCase(json)
  } catch (error) {
    const at = json === undefined ? `line ${line.number} cannot be read as JSON: ` : ''
    return failure(json, error instanceof CaseError ? error : new CaseError(`${at}${reasonOf(error)}`, []))
  }
}

function judgeCase(json: unknown): object {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new CaseError('must be an object', [])
  if ('canaryConfig' in json || 'metricSetPairs' in json) return judgeKayentaCase(json)
  if ('judge' in json || 'intervals' in json) return judgeSequentialLine(json)
  throw new CaseError(
    'is no case: give "canaryConfig" and "metricSetPairs" (Kayenta), or "judge", "metrics" and "intervals" (sequential)',
    [],
  )
}

/** The id as far as it could be read, so that whoever sent the case can find it. */
function failure(json: unknown, { message, pointer }: CaseError): Answer {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : null
  return { id: typeof id === 'string' || typeof id === 'number' ? id : null, error: { message, pointer } }
}

/** Writes wait until there is room; a reader that has gone ends the command, it does not crash it. */
function checkedOutput(stdout: Writable) {
  let failed: CliError | null = null
  let wake = () => {}
  const onError = (error: NodeJS.ErrnoException) => {
    failed ??= new CliError(
      error.code === 'EPIPE'
        ? 'the output was closed before all cases were judged'
        : `cannot write: ${reasonOf(error)}`,
    )
    wake()
  }
  const onClose = () => onError(Object.assign(new Error('closed'), { code: 'EPIPE' }))
  const onDrain = () => wake()
  const listeners = { error: onError, close: onClose, drain: onDrain }
  for (const [event, listener] of Object.entries(listeners)) stdout.on(event, listener)

  async function write(text: string): Promise<void> {
    if (failed === null && !stdout.write(text)) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    if (failed !== null) throw failed
  }

  return {
    write,
    /** Resolves when everything written has left the process. */
    async flush(): Promise<void> {
      if (failed === null) {
        await new Promise<void>(resolve => {
          wake = resolve
          stdout.write('', () => resolve())
        })
      }
      if (failed !== null) throw failed
    },
    release(): void {
      for (const [event, listener] of Object.entries(listeners)) stdout.off(event, listener)
      // An error that comes even later, of what was still on its way, must not be an uncaught one.
      if (failed !== null) stdout.on('error', () => {})
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
