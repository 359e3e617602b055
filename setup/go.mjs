import { lastWords, onPath, run } from './run.mjs'

/** Runs `go` in a folder; throws with the reason. At low priority: it takes every core for minutes, while other things run. */
export async function go(args, { cwd, env = process.env, more = {} }) {
  const program = onPath('go', env)
  if (!program) throw new Error('there is no go on PATH')
  const nice = onPath('nice', env)
  const [command, before] = nice ? [nice, ['-n', '10', program]] : [program, []]
  const answer = await run(command, [...before, ...args], {
    cwd,
    env: { ...env, CGO_ENABLED: '0', GOFLAGS: '', ...more },
  })
  if (answer.code !== 0) throw new Error(`go ${args[0]} failed: ${lastWords(answer.output)}`)
  return answer.output
}

/** Folder of a module's source, fetched when it is not there; read only. `cwd`: outside of any module, so that none counts. */
export async function moduleFolder(module, { cwd, env }) {
  const answer = await go(['mod', 'download', '-json', module], { cwd, env })
  return JSON.parse(answer.slice(answer.indexOf('{'))).Dir
}
