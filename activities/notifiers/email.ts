import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { Refused, Unavailable } from '../failures.ts'
import type { Notice } from '../stage-requests.ts'
import type { Notifier } from './notifier.ts'

/** A plain mail; its Message-ID is the same when it is sent again. */
export const email: Notifier<'email'> = async (notice, id, connection, { name, secrets }) => {
  const { host, port, tls, user, password, from, to, timeout } = connection
  const transport = createTransport({
    ...{ host, port, secure: tls === 'tls', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout },
    ...(user === undefined
      ? {}
      : { auth: { user, pass: password === undefined ? '' : await secrets.resolve(password) } }),
  })
  const { pipeline, status, text } = notice
  const messageId = `<${createHash('sha256').update(id).digest('hex').slice(0, 32)}@slipway>`
  try {
    await transport.sendMail({
      from,
      to,
      messageId,
      subject: `${pipeline}: ${status}`,
      text: `${text}\n\n${details(notice)}\n`,
    })
  } catch (error) {
    const { responseCode, message } = error as Error & { responseCode?: number }
    const said = `connection ${name} did not take the mail: ${responseCode ?? message}`
    // 4xx of SMTP means later, 5xx means no.
    throw responseCode !== undefined && responseCode >= 500 ? new Refused(said) : new Unavailable(said)
  } finally {
    transport.close()
  }
}

function details({ execution, application, revision, at }: Notice): string {
  return [`Run: ${execution}`, `Application: ${application}`, `Revision: ${revision}`, `At: ${at}`].join('\n')
}
