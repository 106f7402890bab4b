// A body that is no Scale.
import { badRequest } from './status-errors.ts'
import type { StatusError } from './status-errors.ts'

export function decodeScaleError(): StatusError {
  return badRequest('the object provided is unrecognized (must be of type Scale)')
}
