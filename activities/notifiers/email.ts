import { createHash } from 'node:crypto'
import { createTransport, type Transporter } from 'nodemailer'
import type { ConnectionOf } from '../../pipeline/schema/configuration/connections.ts'
import { Refused, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Notice } from '../stage-requests.ts'
import type { Link } from './links.ts'
import type { Notifier } from './notifier.ts'

/** A plain mail, or one for each receiver; its Message-ID is the same when it is sent again. */
export const email: Notifier<'email'> = async (notice, id, connection, { name, secrets, links }) => {
  const { from, to, personal } = connection
  const transport = await open(connection, secrets)
  try {
    if (!personal) return await send({ id, to, links: await links(notice) })
    for (const one of to)
      await send({ id: `${id}/${one}`, to: [one], links: await links(notice, `user:${addressIn(one)}`) })
  } finally {
    transport.close()
  }

  async function send(mail: { id: string; to: string[]; links: readonly Link[] }): Promise<void> {
    const subject = `${notice.pipeline}: ${notice.status}`
    const text = [notice.text, ...mail.links.map(answer), details(notice)].join('\n\n')
    const message = { from, to: mail.to, messageId: messageIdOf(mail.id), subject, text: `${text}\n` }
    await transport.sendMail(message).catch((error: Error & { responseCode?: number }) => {
      const said = `connection ${name} did not take the mail: ${error.responseCode ?? secrets.hide(error.message)}`
      // 4xx of SMTP means later, 5xx means no.
      throw error.responseCode !== undefined && error.responseCode >= 500 ? new Refused(said) : new Unavailable(said)
    })
  }
}

async function open(connection: ConnectionOf<'email'>, secrets: Secrets): Promise<Transporter> {
  const { host, port, tls, user, password, timeout } = connection
  return createTransport({
    ...{ host, port, secure: tls === 'tls', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout },
    ...(user === undefined
      ? {}
      : { auth: { user, pass: password === undefined ? '' : await secrets.resolve(password) } }),
  })
}

/** `Ann <ann@example.com>` is ann@example.com. */
function addressIn(receiver: string): string {
  return /<([^<>]+)>\s*$/.exec(receiver)?.[1] ?? receiver.trim()
}

function messageIdOf(id: string): string {
  return `<${createHash('sha256').update(id).digest('hex').slice(0, 32)}@slipway>`
}

function answer({ stage, url, expiresAt }: Link): string {
  return `Answer ${stage} (until ${expiresAt}):\n${url}`
}

function details({ execution, application, revision, at }: Notice): string {
  return [`Run: ${execution}`, `Application: ${application}`, `Revision: ${revision}`, `At: ${at}`].join('\n')
}
