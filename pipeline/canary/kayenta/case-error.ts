/** A case that cannot be judged: what is wrong with it, and where, as a JSON pointer into the case. */
export class CaseError extends Error {
  readonly pointer: string

  constructor(message: string, path: readonly PropertyKey[]) {
    super(message)
    this.name = 'CaseError'
    this.pointer = path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  }
}
