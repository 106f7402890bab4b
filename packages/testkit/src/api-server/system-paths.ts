// Paths that are no resources: discovery, OpenAPI, version, health.
import type { ApiContext } from './context.ts'
import type { ApiAnswer, ApiRequest } from './answers.ts'
import { encodeOpenApi, openApiProtobuf } from './openapi-protobuf.ts'
import { methodNotAllowed } from './status-errors.ts'

const aggregatedForm = /as=APIGroupDiscoveryList/
const text = (content: string): ApiAnswer => ({ status: 200, text: { content, type: 'text/plain; charset=utf-8' } })

/** The answer for a path, or undefined. @throws {StatusError} */
export function systemDocument(request: ApiRequest, context: ApiContext): ApiAnswer | undefined {
  const path = request.path.length > 1 ? request.path.replace(/\/$/, '') : request.path
  const accept = request.headers['accept'] ?? ''
  switch (path) {
    case '/version':
      return { status: 200, body: context.facts.discovery().version }
    case '/healthz':
    case '/livez':
    case '/readyz':
      return request.query.has('verbose') ? text(`[+]ping ok\n${path.slice(1)} check passed\n`) : text('ok')
    case '/openapi/v2':
      if (accept.split(',')[0]?.trim().startsWith('application/com.github.proto-openapi') === true)
        return { status: 200, text: { content: encodeOpenApi(context.openapi.v2()), type: openApiProtobuf } }
      return acceptsOpenApi(accept) ? { status: 200, body: context.openapi.v2() } : { status: 406 }
    case '/openapi/v3':
      return { status: 200, text: { content: JSON.stringify(context.openapi.v3Index()), type: 'text/plain; charset=utf-8' } }
    case '/':
      return { status: 200, body: { paths: context.facts.discovery().paths } }
  }
  if (/^\/(?:healthz|livez|readyz)\//.test(path)) return text('ok')
  if (path.startsWith('/openapi/v3/')) return openApiDocument(path.slice('/openapi/v3/'.length), request, context)
  const isAggregated = (path === '/api' || path === '/apis') && aggregatedForm.test(accept)
  const document = context.discovery.document(path, isAggregated)
  if (document === undefined) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
  if (!isAggregated) return { status: 200, body: document }
  return { status: 200, text: { content: JSON.stringify(document), type: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' } }
}

/** JSON in one of its names. */
function acceptsOpenApi(accept: string): boolean {
  return accept === '' || accept.split(',').some((range) => /^(?:\*\/\*|application\/(?:\*|json|com\.github\.proto-openapi))/.test(range.trim()))
}

function openApiDocument(path: string, request: ApiRequest, { openapi }: ApiContext): ApiAnswer | undefined {
  const document = openapi.v3(path)
  if (document === undefined) return undefined
  const hash = openapi.hashOf(path)
  const asked = request.query.get('hash')
  if (asked !== null && asked !== hash) return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${hash}` } }
  const etag = `"${hash}"`
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
  return { status: 200, body: document, headers: { etag } }
}
