import { randomBytes, scrypt as scryptWithCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify<string, Buffer, number, object, Buffer>(scryptWithCallback)

/** 32 MB and about 0.1 s a password: OWASP's second choice of parameters for scrypt. */
const cost = { ln: 15, r: 8, p: 3 }
const keyLength = 32

/** A password as it is kept: scrypt in the PHC form. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`
}

/** Takes as long when there is no such person (`hash` null) as when there is. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const read = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash ?? '')
  if (read === null) {
    await derive(password, randomBytes(16), cost)
    return false
  }
  const [, ln, r, p, salt, key] = read
  const expected = Buffer.from(key!, 'base64')
  const actual = await derive(password, Buffer.from(salt!, 'base64'), { ln: Number(ln), r: Number(r), p: Number(p) })
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** One at a time: a flood of logins must not take the memory of the server, or all its threads. */
let turn: Promise<unknown> = Promise.resolve()

function derive(password: string, salt: Buffer, { ln, r, p }: typeof cost): Promise<Buffer> {
  const N = 2 ** ln
  const mine = turn.then(() => scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem: 256 * N * r }))
  turn = mine.catch(() => {})
  return mine
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
