/** The database could not be asked, or took nothing in: "not now", never "no". The same call may be made again. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
}

/** The cursor was not handed out by this list. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor'
  constructor(cursor: string) {
    super(`"${cursor.slice(0, 80)}" is not a cursor of this list; start again without one`)
  }
}

/** The database's schema is not one this version can work with; nothing was changed. */
export class SchemaMismatch extends Error {
  override name = 'SchemaMismatch'
}

/** What was encrypted cannot be read with the keys that are here. Says which key is meant, never what it holds. */
export class CannotOpen extends Error {
  override name = 'CannotOpen'
}
