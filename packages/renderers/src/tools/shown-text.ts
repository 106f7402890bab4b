// What people see of a command and of its complaints: the paths and stars that Argo CD shows.
import { PlumblineError, RenderError } from '@plumbline/core'

/** Shorter values are words such as `true`, which messages are full of. */
const minSecretLength = 8
const stars = '******'

/**
 * Takes the work directory and secrets out of texts.
 * @param directory where the program works
 * @param secrets shown as stars where they are eight characters or longer
 */
export function redactor(directory: string, secrets: readonly string[] = []): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= minSecretLength).toSorted((a, b) => b.length - a.length)
  return (text) => {
    let out = text.replaceAll(`${directory}/source`, '<path to cached source>').replaceAll(`${directory}/values.yaml`, '<values>')
    out = out.replaceAll(`${directory}/`, '<work directory>/')
    for (const secret of hidden) out = out.replaceAll(secret, stars)
    return out
  }
}

/** Put the step in front of a program's failure, as Argo CD does; people search for it. */
export async function explained<T>(step: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code === 'CANCELLED') throw error
    throw new RenderError(error.code, `${step}${error.message}`, {
      retryable: error.retryable,
      cause: error,
      ...(error.subject === undefined ? {} : { subject: error.subject }),
    })
  }
}
