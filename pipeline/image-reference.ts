/** `registry.test:5000/shop:1.2.0@sha256:…`, in its parts. */
export interface ImageReference {
  name: string
  tag: string | null
  digest: string | null
}

export function parseImage(image: string): ImageReference {
  const [named = '', digest = null] = image.split('@')
  const tag = /:([^:/]+)$/.exec(named)?.[1] ?? null
  return { name: tag === null ? named : named.slice(0, -tag.length - 1), tag, digest }
}

/** Whether what is found is what was wanted: the same digest where both tell one, else the same name and tag. */
export function isImage(found: string, wanted: string): boolean {
  const [a, b] = [parseImage(found), parseImage(wanted)]
  if (a.digest !== null && b.digest !== null) return a.digest === b.digest
  return a.name === b.name && (a.tag ?? 'latest') === (b.tag ?? 'latest')
}

/** Where it is pulled from, as its registry calls it: `shop` is `library/shop` on `docker.io`. */
export function repositoryOf(image: string): { host: string; repository: string } {
  const { name } = parseImage(image)
  const [first = '', ...rest] = name.split('/')
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost'))
    return { host: first, repository: rest.join('/') }
  return { host: 'docker.io', repository: rest.length === 0 ? `library/${name}` : name }
}
