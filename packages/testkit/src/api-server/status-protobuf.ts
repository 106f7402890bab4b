// A Status in protobuf, in its envelope: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
import { ProtobufWriter } from './protobuf-writer.ts'
import type { Status } from './status-errors.ts'

export const protobufMedia = 'application/vnd.kubernetes.protobuf'

/** Fields that Go's messages hold as plain texts are written even when they are empty. */
export function encodeStatus(status: Status): Buffer {
  const out = new ProtobufWriter(256)
  out.message(1, (type) => {
    type.givenText(1, 'v1')
    type.givenText(2, 'Status')
  })
  out.message(2, (raw) => {
    raw.message(1, (metadata) => {
      metadata.givenText(1, '')
      metadata.givenText(2, '')
      metadata.givenText(3, '')
    })
    raw.givenText(2, status.status)
    raw.givenText(3, status.message ?? '')
    raw.givenText(4, status.reason ?? '')
    raw.integer(6, status.code)
  })
  out.givenText(3, '')
  out.givenText(4, '')
  return Buffer.concat([Buffer.from('k8s\0'), out.result()])
}
