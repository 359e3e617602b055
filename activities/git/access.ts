import type { GitAccess } from '../../pipeline/schema/configuration/git-access.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** What hosts of git take as the name beside a token when they do not look at it; some want it exactly so. */
const usualUser = 'x-access-token'

/**
 * The environment in which git may reach a remote. Secrets are read at each call, and are only ever in the environment
 * of that git: not in its arguments, which every process of the machine can read, nor in the address, which git prints.
 */
export async function remoteAccess(access: GitAccess, secrets: Secrets): Promise<Record<string, string>> {
  if (access.repository.startsWith('ssh:')) return { GIT_SSH_COMMAND: sshCommand(access), ...sshFiles(access) }
  const { token, user = usualUser, caFile } = access
  const settings: [string, string][] = caFile === undefined ? [] : [['http.sslCAInfo', caFile]]
  if (token !== undefined) {
    const credentials = Buffer.from(`${user}:${await secrets.resolve(token)}`).toString('base64')
    const { origin } = new URL(access.repository)
    // A redirect would take the header to wherever it leads.
    settings.push([`http.${origin}/.extraHeader`, `Authorization: Basic ${credentials}`])
    settings.push(['http.followRedirects', 'false'])
  }
  return configured(settings)
}

/** Configuration of git as variables. */
function configured(settings: readonly [string, string][]): Record<string, string> {
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(variables) }
}

/** A shell reads this, so paths come as variables. */
function sshCommand({ keyFile, knownHostsFile }: GitAccess): string {
  return [
    'ssh -oBatchMode=yes -oConnectTimeout=10 -oStrictHostKeyChecking=yes',
    keyFile === undefined ? '' : '-oIdentitiesOnly=yes -i "$SLIPWAY_SSH_KEY"',
    knownHostsFile === undefined ? '' : '-oGlobalKnownHostsFile=none -oUserKnownHostsFile="\\"$SLIPWAY_KNOWN_HOSTS\\""',
  ]
    .filter(Boolean)
    .join(' ')
}

function sshFiles({ keyFile, knownHostsFile }: GitAccess): Record<string, string> {
  return {
    ...(keyFile === undefined ? {} : { SLIPWAY_SSH_KEY: keyFile }),
    ...(knownHostsFile === undefined ? {} : { SLIPWAY_KNOWN_HOSTS: knownHostsFile }),
  }
}

/** What a person may do about words of git or ssh that do not say it. */
const advice: readonly [RegExp, string][] = [
  [/could not read (Username|Password)|Authentication failed/, 'it wants a token it accepts; see "token"'],
  [/returned error: 30\d/, 'with a token no redirect is followed; write the address it leads to'],
  [/Host key verification failed/, 'its host key is not among the known ones; see "knownHostsFile"'],
  [/Permission denied \(/, 'it does not take the key; see "keyFile"'],
  [/certificate/i, 'its authority is not trusted; see "caFile"'],
]

/** To be added to what git said; empty when that is enough. */
export function adviceOf(words: string): string {
  const found = advice.find(([pattern]) => pattern.test(words))
  return found === undefined ? '' : `: ${found[1]}`
}
