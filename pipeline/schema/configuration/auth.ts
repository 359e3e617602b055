import { z } from 'zod'
import { rightsNamed } from '../../permissions.ts'
import { name } from '../scalars.ts'
import { secret } from './secret.ts'

const aRight = 'a permission such as execution:start, execution:* or *'
const right = z
  .string(aRight)
  .max(64, aRight)
  .refine(text => rightsNamed(text).length > 0, aRight)

const anyOr = z.union([z.literal('*'), name])

const aSubject = 'user:NAME, group:NAME, token:NAME, ci:NAME or everyone'
/** The names of people come from a provider, so they may look like addresses. */
export const subject = z
  .string(aSubject)
  .max(200, aSubject)
  .regex(/^(everyone|(user|group):[^\s:][^\s]*|(token|ci):[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/, aSubject)

const rule = z
  .strictObject({
    allow: z.array(right).min(1).max(50).optional().describe('Permissions that are given.'),
    deny: z
      .array(right)
      .min(1)
      .max(50)
      .optional()
      .describe('Permissions that are taken; they win over every other rule.'),
    applications: z.array(anyOr).min(1).max(500).default(['*']).describe('Only in these applications.'),
    environments: z
      .array(anyOr)
      .min(1)
      .max(100)
      .default(['*'])
      .describe('Only in these environments; narrows only permissions that hang on environments.'),
  })
  .describe('What is given or taken, and where.')

const binding = z
  .strictObject({
    role: name.describe('One of `roles`, or `administrator` or `reader`, which there are always.'),
    to: z.array(subject).min(1).max(1_000).describe('`user:NAME`, `group:NAME`, `token:NAME`, `ci:NAME`, `everyone`.'),
  })
  .describe('Who has a role.')

const password = z
  .string('the output of `slipway user hash`')
  .max(400, 'the output of `slipway user hash`')
  .regex(/^\$scrypt\$ln=\d{1,2},r=\d{1,2},p=\d{1,2}\$[\w+/]{16,}\$[\w+/]{32,}$/, 'the output of `slipway user hash`')

const user = z.strictObject({
  password: password.describe('What `slipway user hash` prints.'),
  groups: z.array(name).max(100).default([]).describe('For bindings to `group:NAME`.'),
})

/** The file that `auth.users` names: people of a small team, by name. */
export const userFile = z.record(name, user)

export type UserFile = z.output<typeof userFile>

/** Plain http is for providers on this machine: tests, and development. */
const provider = z.url({ protocol: /^https?$/, error: 'an https address' }).refine(isSafe, 'an https address')

function isSafe(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '')
}

const oidc = z
  .strictObject({
    name: z.string().min(1).max(60).default('Single sign-on').describe('What the button on the login page says.'),
    issuer: provider.describe('Address of the provider, as it writes it in its tokens.'),
    clientId: z.string().min(1).max(200).describe('What this server is called there.'),
    clientSecret: secret.optional().describe('The secret that goes with it; without one there is only PKCE.'),
    scopes: z
      .array(z.string().min(1).max(100))
      .max(20)
      .default(['openid', 'profile', 'email'])
      .describe('What is asked for.'),
    userClaim: z
      .string()
      .min(1)
      .max(100)
      .default('email')
      .describe('Names people. `email` only when the provider has verified it.'),
    groupsClaim: z.string().min(1).max(100).default('groups').describe('Names the groups of people.'),
  })
  .describe('A provider where people sign in (OpenID Connect, code with PKCE).')

const ciRef = z
  .string()
  .max(300)
  .regex(/^refs\/[\w./-]+\*?$/, 'a full ref such as refs/heads/main, or refs/tags/*')

const ciSubject = z
  .strictObject({
    type: z.enum(['github', 'gitlab']).describe('Whose tokens they are.'),
    issuer: provider.optional().describe('For servers of one’s own; else github.com or gitlab.com.'),
    audience: z.string().min(1).max(300).describe('What the job asks the token for: the address of this server.'),
    repository: z
      .string('the id of a repository in quotes; names can be taken over')
      .regex(/^\d{1,20}$/, 'the id of a repository in quotes; names can be taken over')
      .describe('Id of the repository (GitHub `repository_id`, GitLab `project_id`).'),
    refs: z.array(ciRef).min(1).max(50).describe('Branches and tags whose jobs are meant.'),
    environment: z.string().min(1).max(255).optional().describe('Only jobs in this environment of the CI system.'),
  })
  .describe('Jobs of a CI system, known by the tokens it gives them; bound to roles as `ci:NAME`.')

/** Who is let in, and who may do what. Nothing is allowed that no rule gives. */
export const auth = z.strictObject({
  roles: z.record(name, z.array(rule).min(1).max(100)).default({}).describe('Roles as lists of rules.'),
  bindings: z.array(binding).max(1_000).default([]).describe('Who has which role.'),
  users: z.string().min(1).max(4_096).optional().describe('File with people of a small team; relative to this file.'),
  oidc: oidc.optional().describe('Where people sign in.'),
  ci: z.record(name, ciSubject).default({}).describe('Jobs of CI systems that need no secret of ours.'),
})

export type AuthConfiguration = z.output<typeof auth>
export type RoleRule = z.output<typeof rule>
export type OidcConfiguration = z.output<typeof oidc>
export type CiSubject = z.output<typeof ciSubject>
