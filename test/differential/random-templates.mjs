// Random templates: blocks inside blocks, variables and their scopes, trim markers, comments, definitions, and now and then a slip of the pen.
import { randomOf } from './random-numbers.mjs'
import { wordsOf } from './words.mjs'

const { values, uses, words, slips } = wordsOf('template-words.txt')

/** The text of a template file, in which `t` and `u` are defined. */
export function randomTemplate(seed, { elseWith = false } = {}) {
  const random = randomOf(seed)
  const chance = (share) => random() < share
  const pick = (list) => list[Math.floor(random() * list.length)]
  const open = () => (chance(0.15) ? '{{- ' : '{{ ')
  const close = () => (chance(0.15) ? ' -}}' : ' }}')
  const action = (text) => open() + text + close()
  const text = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(words)).join('')

  function body(depth) {
    return Array.from({ length: 1 + Math.floor(random() * 3) }, () => node(depth)).join('')
  }
  function node(depth) {
    if (chance(0.03)) return pick(slips)
    if (depth <= 0 || chance(0.3)) return chance(0.6) ? action(pick(uses)) : text()
    switch (Math.floor(random() * 9)) {
      case 0:
        return `${action(`if ${condition()}`)}${body(depth - 1)}${otherwise(depth, 'if')}${action('end')}`
      case 1:
        return `${action(`with ${pick(['', '$x := '])}${pick(values)}`)}${body(depth - 1)}${otherwise(depth, 'with')}${action('end')}`
      case 2:
      case 3:
        return `${action(`range ${pick(['', '', '$x := ', '$i, $y := ', '$x = '])}${pick(values)}`)}${body(depth - 1)}${chance(0.15) ? action(`if ${condition()}`) + action(pick(['break', 'continue'])) + action('end') : ''}${otherwise(depth, 'range')}${action('end')}`
      case 4:
        return action(`${pick(['$x', '$y', '$i'])} ${pick([':=', '='])} ${pick([...values, ...uses])}`)
      case 5:
        return action(`${pick(['template', 'include'])} "${pick(['t', 'u', 'w'])}" ${pick(values)}`)
      case 6:
        return `{{${pick(['', '- '])}/* ${pick(['note', '{{ x }}', '*', 'a\nb'])} */${pick(['', ' -'])}}}`
      case 7:
        return `${action(`block "b${Math.floor(random() * 3)}" ${pick(values)}`)}${body(depth - 1)}${action('end')}`
      default:
        return action(pick(uses))
    }
  }
  function condition() {
    return pick([
      ...values,
      'eq 1 1',
      'gt (len .Values.l) 2',
      'and .Values.n .Values.nope.x',
      'or .Values.t .Values.nope.x',
      'not .Values.e',
      '$x',
      '(eq .Values.s "hello world")',
      'kindIs "map" .',
      'empty .',
    ])
  }
  function otherwise(depth, kind) {
    if (!chance(0.35)) return ''
    if (kind === 'if' && chance(0.4)) return `${action(`else if ${condition()}`)}${body(depth - 1)}${otherwise(depth, kind)}`
    if (kind === 'with' && elseWith && chance(0.4)) return `${action(`else with ${pick(values)}`)}${body(depth - 1)}${otherwise(depth, kind)}`
    return `${action('else')}${body(depth - 1)}`
  }
  const definitions = ['t', 'u', ...(chance(0.5) ? ['w'] : [])].map((name) => `{{ define "${name}" }}${chance(0.7) ? action(pick(uses)) : body(1)}{{ end }}`)
  return `${chance(0.9) ? definitions.join('') : ''}{{ $x := ${pick(values)} }}{{ $y := ${pick(values)} }}{{ $i := 0 }}${body(3)}`
}
