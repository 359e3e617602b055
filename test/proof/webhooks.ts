import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFinal } from '../../pipeline/statuses.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { signed } from '../deliveries.ts'
import { keptPort } from '../kept-port.ts'
import { withLastWords } from './last-words.ts'
import { type Figures, type Proof, type ProofOptions, seeded } from './proof.ts'

const copies = 3
const senders = 8
const key = 'key of the proof'
/** A sender of the proof never gives up for good, but this long is a fault. */
const patience = 120_000

/**
 * Signed webhooks, each sent three times in random order by senders that repeat what got no answer, while the server is
 * killed twice. Holds when each one is exactly one run, every answer to it names that run, and every run ends well.
 */
export const webhooks: Proof = {
  what: 'webhooks, each sent three times in random order while serve is killed twice: one run each',
  whole: 1_000,
  run: webhookSeries,
}

async function webhookSeries({ seed, rounds, log }: ProofOptions): Promise<Figures> {
  const random = seeded(seed)
  const data = mkdtempSync(join(tmpdir(), 'slipway-webhooks-'))
  const port = await keptPort()
  const start = () =>
    startServer({
      ...{ data, configuration: 'test/fixtures/hooks/slipway.yaml' },
      args: ['--port', String(port)],
      env: { ...process.env, HOOK_KEY: key },
    })
  let server = await start()
  const begun = performance.now()
  try {
    const queue = shuffled(
      Array.from({ length: rounds * copies }, (_, index) => index % rounds),
      random,
    )
    const answers = new Map<number, Set<string>>()
    let answered = 0
    let unanswered = 0
    const send = async () => {
      for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
        const { execution, tries } = await deliver(server.url, number)
        answers.set(number, (answers.get(number) ?? new Set()).add(execution))
        answered += 1
        unanswered += tries - 1
      }
    }
    const sending = Promise.all(Array.from({ length: senders }, send))
    sending.catch(() => {})
    for (const share of [1 / 3, 2 / 3]) {
      const moment = rounds * copies * share
      while (answered < moment) await Promise.race([sending, sleep(5)])
      // Not always at the same place of what a server does.
      await sleep(Math.round(random() * 50))
      await server.kill()
      log(`killed after ${answered} of ${rounds * copies} answers`)
      server = await start()
    }
    await sending
    const msToAnswer = Math.round(performance.now() - begun)
    for (const [number, executions] of answers)
      must(executions.size === 1, `delivery ${number} became ${executions.size} runs: ${[...executions].join(', ')}`)
    const runs = await allEnded(server, log)
    const named = new Set([...answers.values()].flatMap(executions => [...executions]))
    must(runs.length === rounds, `${rounds} deliveries became ${runs.length} runs`)
    must(named.size === rounds && runs.every(({ id }) => named.has(id)), 'an answer named another run than there is')
    const numbers = new Set(runs.map(({ parameters }) => parameters.number))
    must(numbers.size === rounds, `only ${numbers.size} different deliveries became runs`)
    const bad = runs.filter(({ status }) => status !== 'succeeded')
    must(bad.length === 0, `${bad.length} runs did not succeed: ${bad[0]?.id} ${bad[0]?.reason}`)
    return {
      rounds,
      sent: rounds * copies,
      repeatedWithoutAnswer: unanswered,
      kills: 2,
      executions: runs.length,
      msToAnswer,
    }
  } catch (error) {
    throw withLastWords(error, server)
  } finally {
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

/** As a sender does it: again and again until there is an answer. */
async function deliver(url: string, number: number): Promise<{ execution: string; tries: number }> {
  const request = signed(key, { number }, 'deployment')
  const deadline = Date.now() + patience
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(`${url}/api/v1/hooks/ci`, { ...request, signal: AbortSignal.timeout(30_000) })
      const answer = await response.json()
      if (response.status === 202) return { execution: answer.executions[0].execution, tries }
      must(response.status === 503, `delivery ${number} was answered ${response.status}: ${JSON.stringify(answer)}`)
    } catch (error) {
      if (Date.now() > deadline || (error instanceof Error && error.message.startsWith('delivery'))) throw error
    }
    await sleep(100)
  }
}

async function allEnded({ client }: Server, log: ProofOptions['log']) {
  const deadline = Date.now() + 10 * 60_000
  for (;;) {
    const runs: Awaited<ReturnType<typeof client.listExecutions>>['items'] = []
    let cursor: string | undefined
    do {
      const page = await client.listExecutions({ limit: 200, ...(cursor === undefined ? {} : { cursor }) })
      runs.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    const open = runs.filter(({ status }) => !isFinal(status)).length
    if (open === 0) return runs
    must(Date.now() < deadline, `${open} runs did not end`)
    log(`${open} runs have not ended yet`)
    await sleep(1_000)
  }
}

function shuffled<T>(items: T[], random: () => number): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    ;[items[index], items[other]] = [items[other] as T, items[index] as T]
  }
  return items
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}
