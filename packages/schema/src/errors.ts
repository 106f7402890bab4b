// What can go wrong with patches and schemas.

/** Kinds of problems. */
export type SchemaErrorCode =
  | 'PATCH_INVALID'
  | 'PATCH_TEST_FAILED'
  | 'PATCH_PATH'
  | 'SCHEMA_TYPE'
  | 'SCHEMA_FIELD'
  | 'SCHEMA_DUPLICATE'
  | 'SCHEMA_INVALID'
  | 'QUANTITY_INVALID'
  | 'MANAGED_FIELDS_INVALID'

/** Thrown by every function of this package; the message is worded as the API server words it where it has words for it. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode

  constructor(code: SchemaErrorCode, message: string) {
    super(message)
    this.name = new.target.name
    this.code = code
  }
}

/** A patch that cannot be applied. */
export class PatchError extends SchemaError {}
