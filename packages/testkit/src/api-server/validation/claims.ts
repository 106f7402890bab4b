// Volumes and claims. Follows kubernetes `pkg/apis/core/validation`.
import { formatQuantity, isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { subdomainProblems } from '../names.ts'
import { arrayOf, objectOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkSelector } from './labels.ts'
import type { Problems } from './problems.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

export function checkAccessModes(spec: JsonObject, path: string, problems: Problems): void {
  const modes = arrayOf(spec['accessModes'])
  for (const mode of modes) if (!accessModes.includes(String(mode))) problems.unsupported(`${path}.accessModes`, mode, accessModes)
  const known = modes.filter((mode) => accessModes.includes(String(mode)))
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod'))
    problems.forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes')
}

export function checkVolumeMode(spec: JsonObject, path: string, problems: Problems): void {
  const mode = spec['volumeMode']
  if (mode !== undefined && mode !== null && !volumeModes.includes(printed(mode))) problems.unsupported(`${path}.volumeMode`, mode, volumeModes)
}

export function checkClaimSpec(spec: JsonObject, path: string, problems: Problems): void {
  if (arrayOf(spec['accessModes']).length === 0) problems.required(`${path}.accessModes`, 'at least 1 access mode is required')
  checkSelector(spec['selector'], `${path}.selector`, problems)
  checkAccessModes(spec, path, problems)
  const storage = objectOf(objectOf(spec['resources'])['requests'])['storage']
  const at = `${path}.resources[storage]`
  if (!isQuantity(storage)) problems.required(at)
  else if (parseQuantity(storage).nano <= 0n) problems.invalid(at, formatQuantity(parseQuantity(storage)), 'must be greater than zero')
  const storageClass = spec['storageClassName']
  if (typeof storageClass === 'string' && storageClass !== '') problems.invalidEach(`${path}.storageClassName`, storageClass, subdomainProblems(storageClass))
  checkVolumeMode(spec, path, problems)
  for (const name of ['dataSource', 'dataSourceRef']) {
    const source = spec[name]
    if (source === undefined || source === null) continue
    for (const member of ['name', 'kind']) if ((objectOf(source)[member] ?? '') === '') problems.required(`${path}.${name}.${member}`)
    const isCore = (objectOf(source)['apiGroup'] ?? '') === ''
    if (isCore && objectOf(source)['kind'] !== 'PersistentVolumeClaim')
      problems.invalid(`${path}.${name}`, objectOf(source)['kind'], "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  }
}
