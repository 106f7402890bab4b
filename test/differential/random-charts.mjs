// Random charts with subcharts, aliases, conditions, tags, imported values, values files and --set: each template prints the values it sees.

/** Numbers that a seed decides. */
function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const keys = ['a', 'b', 'c', 'global', 'sub', 'enabled', 'tags', 'exports']
const chartYaml = (name, dependencies) =>
  `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${dependencies.length === 0 ? '' : `dependencies: ${JSON.stringify(dependencies)}\n`}`
const printer = (name) => `# ${name}: {{ .Values | toJson }}\n# name: {{ .Chart.Name }}\n`

/** One chart with what is set for it: `files`, `valuesFiles` (texts) and `set`. */
export function randomChart(seed) {
  const random = randomOf(seed)
  const chance = (share) => random() < share
  const pick = (list) => list[Math.floor(random() * list.length)]
  const value = (depth) => {
    if (depth > 0 && chance(0.45)) return map(depth - 1)
    return chance(0.25) ? null : pick([1, 's', true, false, [1], '', 0, [], {}, 1.5])
  }
  const map = (depth) => Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(keys), value(depth)]))
  const values = (subcharts) => ({
    ...map(3),
    ...Object.fromEntries(subcharts.filter(() => chance(0.6)).map((name) => [name, map(3)])),
    ...(chance(0.5) ? { global: map(2) } : {}),
    ...(chance(0.3) ? { tags: { t1: chance(0.5), t2: chance(0.5) } } : {}),
    ...(chance(0.3) ? { exports: { data: map(2) } } : {}),
  })
  const dependency = (name, alias) => ({
    name,
    version: pick(['0.1.0', '>=0.1.0', '*']),
    repository: '',
    ...(alias !== undefined && alias !== name ? { alias } : {}),
    ...(chance(0.3) ? { condition: pick([`${alias ?? name}.enabled`, 'a.b,global.enabled', 'enabled']) } : {}),
    ...(chance(0.3) ? { tags: [pick(['t1', 't2'])] } : {}),
    ...(chance(0.5)
      ? {
          'import-values': [
            pick(['data', { child: 'a', parent: 'imp' }, { child: 'b', parent: '.' }, { child: 'exports.data', parent: 'a' }, { child: 'a.b', parent: 'b.c' }]),
          ],
        }
      : {}),
  })
  const files = {}
  const add = (folder, name, dependencies, own) => {
    files[`${folder}Chart.yaml`] = chartYaml(name, dependencies)
    files[`${folder}values.yaml`] = JSON.stringify(own)
    files[`${folder}templates/v.yaml`] = printer(name)
  }
  const alias = chance(0.4) ? pick(['al', 'sub']) : undefined
  const second = chance(0.25) ? 'al2' : undefined
  const isDeep = chance(0.5)
  const hasUndeclared = chance(0.3)
  const names = [alias ?? 'sub', ...(second === undefined ? [] : [second]), ...(hasUndeclared ? ['other'] : [])]
  add('', 'root', [dependency('sub', alias), ...(second === undefined ? [] : [dependency('sub', second)])], values(names))
  add('charts/sub/', 'sub', isDeep ? [dependency('deep', chance(0.3) ? 'dd' : undefined)] : [], values(['deep', 'dd']))
  if (isDeep) add('charts/sub/charts/deep/', 'deep', [], values([]))
  if (hasUndeclared) add('charts/other/', 'other', [], values([]))
  const valuesFiles = Array.from({ length: chance(0.5) ? 2 : 1 }, () => JSON.stringify(values(names)))
  const set = Array.from(
    { length: Math.floor(random() * 3) },
    () =>
      `${pick([...names, 'a', 'global', 'global.a', 'l[1]', 'l[0].x', 'a.b'])}.${pick(['a', 'b', 'x\\.y', 'global.c', 'l[2]'])}=${pick(['1', 'null', 'true', '{a,b}', '', '01', 'x\\,y', '-5', '1.5'])}`,
  )
  return { files, valuesFiles, set }
}
