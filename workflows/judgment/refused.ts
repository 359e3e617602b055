/** Why an answer is not taken, so that the API can say it in its own way. */
export type RefusalKind = 'Refused' | 'Stale' | 'NotAllowed' | 'InvalidAnswer'

export class AnswerRefused extends Error {
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, message: string) {
    super(message)
    this.name = 'AnswerRefused'
    this.kind = kind
  }
}
