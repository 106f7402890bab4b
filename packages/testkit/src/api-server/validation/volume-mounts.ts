// What containers mount. Follows kubernetes `pkg/apis/core/validation`.
import { printed } from '@plumbline/schema'
import { objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { backstepProblems, descendingPathProblems } from './messages.ts'
import type { Problems } from './problems.ts'

const propagations = ['Bidirectional', 'HostToContainer', 'None']

export function checkMounts(container: JsonObject, path: string, volumes: ReadonlyMap<string, JsonObject>, problems: Problems): void {
  const devices = objectsOf(container['volumeDevices'])
  const mounts = objectsOf(container['volumeMounts'])
  const paths = new Set<string>()
  const list = `${path}.volumeMounts`
  for (const [index, mount] of mounts.entries()) {
    const at = `${list}[${index}]`
    const [name, target] = [textOf(mount['name']), textOf(mount['mountPath'])]
    if (name === '') problems.required(`${at}.name`)
    if (!volumes.has(name)) problems.notFound(`${at}.name`, name)
    if (target === '') problems.required(`${at}.mountPath`)
    if (paths.has(target)) problems.invalid(`${at}.mountPath`, target, 'must be unique')
    paths.add(target)
    if (devices.some((device) => device['name'] === name)) problems.invalid(`${at}.name`, name, 'must not already exist in volumeDevices')
    if (devices.some((device) => device['devicePath'] === target))
      problems.invalid(`${at}.mountPath`, target, 'must not already exist as a path in volumeDevices')
    // The paths of these leave out which mount it is.
    const [sub, expression] = [textOf(mount['subPath']), textOf(mount['subPathExpr'])]
    if (sub !== '') problems.invalidEach(`${list}.subPath`, sub, descendingPathProblems(sub))
    if (expression !== '') {
      if (sub !== '') problems.invalid(`${at}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive')
      problems.invalidEach(`${list}.subPathExpr`, expression, descendingPathProblems(expression))
    }
    checkPropagation(mount['mountPropagation'], `${list}.mountPropagation`, container, problems)
    checkRecursion(mount, `${list}.recursiveReadOnly`, problems)
  }
  checkDevices(devices, mounts, `${path}.volumeDevices`, volumes, problems)
}

function checkPropagation(propagation: unknown, path: string, container: JsonObject, problems: Problems): void {
  if (propagation === undefined || propagation === null) return
  if (!propagations.includes(printed(propagation))) problems.unsupported(path, propagation, propagations)
  else if (propagation === 'Bidirectional' && objectOf(container['securityContext'])['privileged'] !== true)
    problems.forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')
}

/** Whether what is mounted below is read-only too. */
function checkRecursion({ recursiveReadOnly: mode, readOnly, mountPropagation }: JsonObject, path: string, problems: Problems): void {
  if (mode === undefined || mode === null || mode === 'Disabled') return
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    problems.unsupported(path, mode, ['Disabled', 'Enabled', 'IfPossible'])
    return
  }
  if (readOnly !== true) problems.forbidden(path, 'may only be specified when readOnly is true')
  if (mountPropagation !== undefined && mountPropagation !== 'None')
    problems.forbidden(path, 'may only be specified when mountPropagation is None or not specified')
}

function checkDevices(
  devices: readonly JsonObject[],
  mounts: readonly JsonObject[],
  path: string,
  volumes: ReadonlyMap<string, JsonObject>,
  problems: Problems,
): void {
  const [names, paths] = [new Set<string>(), new Set<string>()]
  for (const [index, device] of devices.entries()) {
    const at = `${path}[${index}]`
    const [name, target] = [textOf(device['name']), textOf(device['devicePath'])]
    const volume = volumes.get(name)
    if (name === '') problems.required(`${at}.name`)
    if (names.has(name)) problems.invalid(`${at}.name`, name, 'must be unique')
    if (volume === undefined) problems.notFound(`${at}.name`, name)
    else if (volume['persistentVolumeClaim'] === undefined && volume['ephemeral'] === undefined)
      problems.invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
    if (target === '') problems.required(`${at}.devicePath`)
    if (paths.has(target)) problems.invalid(`${at}.devicePath`, target, 'must be unique')
    if (target !== '' && backstepProblems(target).length > 0) problems.invalid(`${at}.devicePath`, target, "can not contain backsteps ('..')")
    else paths.add(target)
    if (mounts.some((mount) => mount['name'] === name)) problems.invalid(`${at}.name`, name, 'must not already exist in volumeMounts')
    if (mounts.some((mount) => mount['mountPath'] === target)) problems.invalid(`${at}.devicePath`, target, 'must not already exist as a path in volumeMounts')
    if (name !== '') names.add(name)
  }
}
