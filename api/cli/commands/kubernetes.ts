import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'yaml'
import { rbacOf, type Subject } from '../../../activities/targets/kubernetes/rbac.ts'
import { loadConfiguration } from '../../../pipeline/configuration.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { print, safe } from '../output.ts'
import { readTextFile } from '../text-files.ts'

interface RbacOptions {
  config: string
  user?: Subject
  serviceAccount?: Subject
}

export function kubernetesCommand(io: Io): Command {
  return new Command('kubernetes').description('what clusters need of Slipway').addCommand(rbacCommand(io))
}

/** `slipway kubernetes rbac TARGET | kubectl apply -f -`. */
function rbacCommand(io: Io): Command {
  return new Command('rbac')
    .description('the role a target needs in its namespace, and nothing more, as manifests for kubectl')
    .argument('<target>', 'a target of the configuration')
    .option('--config <file>', 'server configuration', 'slipway.yaml')
    .option('--user <name>', 'bind it to this user', name => ({ kind: 'User', name }) as const)
    .option('--service-account <namespace/name>', 'bind it to this service account (slipway/slipway)', serviceAccount)
    .action(async (name: string, { config, user, serviceAccount: account }: RbacOptions) => {
      const { configuration, problems } = loadConfiguration(await readTextFile(config), config)
      if (configuration === null) {
        const lines = problems.map(problem => safe(formatProblem(problem))).join('\n')
        throw new CliError(`the configuration ${config} is not valid:\n${lines}`, exitCodes.invalid)
      }
      const target = Object.hasOwn(configuration.targets, name) ? configuration.targets[name] : undefined
      if (target?.type !== 'kubernetes') {
        const known = Object.entries(configuration.targets).flatMap(([key, { type }]) =>
          type === 'kubernetes' ? [key] : [],
        )
        const list = known.join(', ') || 'none'
        throw new CliError(`${config} has no target "${name}" of type kubernetes (it has: ${list})`, exitCodes.invalid)
      }
      const subject = user ?? account ?? { kind: 'ServiceAccount', name: 'slipway', namespace: 'slipway' }
      print(
        io,
        rbacOf(name, target, subject)
          .map(object => stringify(object))
          .join('---\n')
          .trimEnd(),
      )
    })
}

function serviceAccount(text: string): Subject {
  const [namespace, name, ...rest] = text.split('/')
  if (!namespace || !name || rest.length > 0) throw new InvalidArgumentError('Write it as namespace/name.')
  return { kind: 'ServiceAccount', name, namespace }
}
