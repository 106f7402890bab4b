// Which renderer an application asks for, and which one it got.
import { RenderError } from '../errors.ts'
import type { Application } from '../model/application.ts'
import type { RenderedBy, RendererKind } from '../ports/renderer.ts'

/** Annotation of an Application: `tool` for a renderer that runs a program, `in-process` for one that does not. */
export const rendererAnnotation = 'plumbline.dev/renderer'

/**
 * What an Application asks for; undefined when it does not care.
 * @throws {RenderError} `RENDER_FAILED` for an annotation that says something else
 */
export function rendererKindOf({ metadata }: Pick<Application, 'metadata'>): RendererKind | undefined {
  const asked = metadata.annotations?.[rendererAnnotation]
  if (asked === undefined || asked === 'tool' || asked === 'in-process') return asked
  throw new RenderError('RENDER_FAILED', `annotation ${rendererAnnotation}: expected tool or in-process, found ${JSON.stringify(asked)}`)
}

/**
 * Hold what an application got to what it asked for: a pinned program is not replaced in silence. Sources without programs, such as plain files, are fine.
 * @throws {RenderError} `RENDER_FAILED` when it got the other kind
 */
export function checkRendererKind(asked: RendererKind | undefined, renderedBy: RenderedBy | undefined, subject: string): void {
  if (asked === undefined || renderedBy === undefined || renderedBy.kind === asked) return
  const missing = asked === 'tool' ? 'no renderer that runs a program takes this source' : 'only a renderer that runs a program takes this source'
  throw new RenderError('RENDER_FAILED', `annotation ${rendererAnnotation}: ${asked} is asked for, but ${missing}; add one to the renderers of the engine`, {
    subject,
  })
}

/** `helm 3.12.1 (tool)`. */
export function formatRenderedBy({ name, version, kind }: RenderedBy): string {
  return `${name} ${version} (${kind})`
}
