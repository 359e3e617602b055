import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Files of an authority of our own, and of a pair for 127.0.0.1 that it signed: for servers and clients alike. */
export interface Certificates {
  ca: string
  cert: string
  key: string
}

/** Makes them in a folder; good for a day. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const pair = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    file(name),
  ]
  openssl(
    'req',
    '-x509',
    ...pair('ca.key'),
    '-out',
    file('ca.pem'),
    '-days',
    '1',
    '-subj',
    '/CN=slipway test authority',
  )
  openssl(
    'req',
    '-x509',
    ...pair('own.key'),
    '-out',
    file('own.pem'),
    '-days',
    '1',
    '-subj',
    '/CN=127.0.0.1',
    ...[
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ],
  )
  return { ca: file('ca.pem'), cert: file('own.pem'), key: file('own.key') }
}
