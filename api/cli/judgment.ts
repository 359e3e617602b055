import { Command } from 'commander'
import type { JudgmentProgress, StageState } from '../../pipeline/execution.ts'
import type { Client } from '../client/client.ts'
import { CliError, exitCodes, type Io } from './io.ts'
import { note, print, printData, safe } from './output.ts'
import { connect, type ServerOptions, withServer } from './server-options.ts'

interface AnswerOptions extends ServerOptions {
  comment?: string
  input?: string[]
  seen?: string
  override?: boolean
}

/** `approve` and `reject`: answers the judgment that a run waits for, to what it asks about now. */
export function answerCommand(io: Io, decision: 'approve' | 'reject', description: string): Command {
  const command = withServer(new Command(decision))
    .description(description)
    .argument('<execution>')
    .argument('[stage]', 'when several wait')
    .option('--seen <hash>', 'what was looked at, as `get -o json` shows it; without it, what is asked about now')
  if (decision === 'reject') command.requiredOption('--comment <text>', 'why')
  else
    command
      .option('--comment <text>', 'for those who look at the run later')
      .option('-i, --input <key=value>', 'a value that the judgment asks for; may be repeated', collect, [])
      .option('--override', 'although you started the run; needs the permission judgment:override')
  return command.action(async (id: string, named: string | undefined, options: AnswerOptions) => {
    const client = connect(io, options)
    const { stage, judgment } = await waiting(client, id, named)
    tell(io, stage.id, judgment)
    const execution = await client.judgeStage({
      ...{ id, stage: stage.id, seen: options.seen ?? judgment.seen },
      body: { decision, ...bodyOf(options, judgment) },
    })
    if (options.output !== 'text') return printData(io, options.output, execution)
    print(io, `${execution.id} ${execution.status}`)
  })
}

function collect(value: string, all: string[]): string[] {
  return [...all, value]
}

async function waiting(client: Client, id: string, named: string | undefined) {
  const { stages } = await client.getExecution({ id })
  const found = stages.flatMap(stage => {
    const judgment = stage.status === 'waiting' ? stage.progress?.judgment : undefined
    return judgment !== undefined && (named === undefined || named === stage.id) ? [{ stage, judgment }] : []
  })
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw new CliError(
      `${id} does not wait for a judgment${named === undefined ? '' : ` at ${named}`}`,
      exitCodes.conflict,
    )
  throw new CliError(`${id} waits for several: ${idsOf(found)}; name one`, exitCodes.invalid)
}

function idsOf(found: readonly { stage: Pick<StageState, 'id'> }[]): string {
  return found.map(({ stage }) => stage.id).join(', ')
}

function tell(io: Io, stage: string, { instructions, given, approvals }: JudgmentProgress): void {
  if (instructions !== null) note(io, safe(instructions))
  const by = given.length === 0 ? '' : ` (${given.map(({ by }) => safe(by)).join(', ')})`
  note(io, `${stage} has ${given.length} of ${approvals} approvals${by}`)
}

function bodyOf({ comment, input = [], override }: AnswerOptions, { inputs }: JudgmentProgress) {
  const given = Object.fromEntries(input.map(text => pair(text, inputs)))
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(input.length === 0 ? {} : { inputs: given }),
    ...(override === true ? { override } : {}),
  }
}

/** What is asked for as a number is sent as one; what is no number is refused by the server. */
function pair(text: string, inputs: JudgmentProgress['inputs']): [string, string | number] {
  const at = text.indexOf('=')
  if (at < 1) throw new CliError(`-i ${text}: write it as key=value`, exitCodes.invalid)
  const [key, value] = [text.slice(0, at), text.slice(at + 1)]
  const isNumber = inputs[key]?.type === 'number' && value.trim() !== '' && Number.isFinite(Number(value))
  return [key, isNumber ? Number(value) : value]
}
