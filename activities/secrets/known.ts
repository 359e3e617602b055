/** Secret texts that this process has seen, and what they may look like in the words of others. */
export interface KnownSecrets {
  /** From now on it is hidden. What has fewer than 8 characters could be any word and is left alone. */
  add(secret: string): void
  /** The same text with `[secret]` wherever a known one stood, also in base64, in hex, in an address or quoted. */
  hide(text: string): string
}

const shortest = 8

export function knownSecrets(first: readonly string[] = []): KnownSecrets {
  const known = new Set<string>()
  const spellings = new Set<string>()

  const add = (secret: string): void => {
    if (secret.length < shortest || known.has(secret)) return
    known.add(secret)
    for (const spelling of spellingsOf(secret)) spellings.add(spelling)
  }
  for (const secret of first) add(secret)
  return {
    add,
    hide(text) {
      let hidden = text
      for (const spelling of spellings) hidden = hidden.replaceAll(spelling, '[secret]')
      return hidden
    },
  }
}

/** The longest ones first, so that nothing is left over of what holds another. */
function spellingsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  const form = new URLSearchParams({ s: secret }).toString().slice(2)
  const quoted = quote(secret)
  const hex = Buffer.from(secret).toString('hex')
  const within = [0, 1, 2].map(offset => base64Within(secret, offset))
  // Quoted twice: what is in a document that is in a document.
  const all = [quote(quoted), quoted, encoded, form, secret, hex, ...within, ...within.map(urlSafe)]
  return all.filter(spelling => spelling.length >= shortest).sort((a, b) => b.length - a.length)
}

function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/**
 * What base64 makes of it when it stands `offset` bytes (modulo 3) into something longer, as a password does in Basic
 * authentication: only the characters that nothing but the secret decides.
 */
function base64Within(secret: string, offset: number): string {
  const bytes = Buffer.byteLength(secret)
  const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64')
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes) * 8) / 6))
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}
