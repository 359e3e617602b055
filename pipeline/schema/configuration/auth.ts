import { z } from 'zod'
import { rightsNamed } from '../../permissions.ts'
import { name } from '../scalars.ts'

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

/** Who may do what. Nothing is allowed that no rule gives. */
export const auth = z.strictObject({
  roles: z.record(name, z.array(rule).min(1).max(100)).default({}).describe('Roles as lists of rules.'),
  bindings: z.array(binding).max(1_000).default([]).describe('Who has which role.'),
})

export type AuthConfiguration = z.output<typeof auth>
export type RoleRule = z.output<typeof rule>
