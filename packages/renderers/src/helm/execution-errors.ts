// How Helm words what fails while templates are parsed or run. Follows helm `pkg/engine/engine.go` of both versions.
import { TemplateError } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import { warningEnd, warningStart } from './functions.ts'
import type { HelmVersion } from './helm-version.ts'

/** A file that is no template. */
export function parseError(name: string, error: unknown): ChartError {
  if (!(error instanceof TemplateError)) throw error
  const tokens = error.message.split(': ')
  return new ChartError('CHART_RENDER', `parse error at (${tokens[1] ?? name}): ${tokens.at(-1) ?? ''}`, { cause: error })
}

/** A template that failed while it ran. */
export function executionError(name: string, error: unknown, helm: HelmVersion): ChartError {
  if (error instanceof ChartError) return error
  if (!(error instanceof TemplateError)) throw error
  if (error.code === 'TEMPLATE_LIMIT') return new ChartError('CHART_LIMIT', error.message, { cause: error })
  const { message } = error
  const start = message.indexOf(warningStart)
  if (start >= 0) {
    const end = message.lastIndexOf(warningEnd)
    const text = message.slice(start + warningStart.length, end < start ? undefined : end)
    return new ChartError('CHART_RENDER', `execution error at (${message.split(': ')[1] ?? name}): ${text}`, { cause: error })
  }
  return new ChartError('CHART_RENDER', (helm === 4 ? tracedText(error) : undefined) ?? message, { cause: error })
}

/** The chain of errors as Helm 4 lays it out; undefined when one of them is none of the template engine, and the plain text stands. */
function tracedText(error: Error): string | undefined {
  const parts: string[] = []
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const part = tracePart(current.message)
    if (part === undefined) return undefined
    if (part !== parts.at(-1)) parts.push(part)
  }
  return parts.join('').trim()
}

function tracePart(text: string): string | undefined {
  if (!text.startsWith('template: ')) return undefined
  const rest = text.slice('template: '.length)
  if (rest.startsWith('no template ')) return `${text}\n`
  const own = (message: string): string => message.split(' template:', 1)[0] ?? ''
  const at = rest.indexOf(': executing ')
  if (at >= 0) {
    const found = /^: executing "([^"]*)" at </.exec(rest.slice(at))
    if (found !== null) {
      const behind = rest.slice(at + found[0].length)
      const end = behind.indexOf('>: ')
      if (end >= 0) return lines(rest.slice(0, at), `executing "${found[1] ?? ''}" at <${behind.slice(0, end)}>:`, own(behind.slice(end + 3)))
    }
  }
  const last = rest.lastIndexOf(': ')
  return last < 0 ? undefined : lines(rest.slice(0, last), '', own(rest.slice(last + 2)))
}

function lines(location: string, executed: string, message: string): string {
  return `${location === '' ? '' : `${location}\n  `}${executed === '' ? '' : `${executed}\n    `}${message === '' ? '' : `${message}\n`}`
}
