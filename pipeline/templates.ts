import { readDocument } from './document/read.ts'
import { parameterFindings } from './parameters.ts'
import { formatProblem } from './problem.ts'
import { parse } from './schema/parse.ts'
import { type TemplateFile, templateFile } from './schema/template.ts'
import { isMap } from './schema/words.ts'

/** A file of the folder `templates`, unread; `file` is for messages. */
export interface TemplateText {
  file: string
  text: string
}

/** The templates a pipeline can name. */
export interface Templates {
  /** By `name@version`; a text says why that one cannot be used. */
  known: ReadonlyMap<string, TemplateFile | string>
  /** Files that do not even say which template they are. */
  nameless: readonly string[]
}

/** Reads template files; what is wrong with one is told to the pipelines that use it. */
export function readTemplates(files: readonly TemplateText[]): Templates {
  const known = new Map<string, TemplateFile | string>()
  const nameless: string[] = []
  const places = new Map<string, string>()
  for (const { file, text } of files) {
    const { key, template } = readTemplate(text, file)
    const other = key === null ? undefined : places.get(key)
    if (key === null) nameless.push(String(template))
    else known.set(key, other === undefined ? template : `${other} and ${file} both are this one`)
    if (key !== null) places.set(key, file)
  }
  return { known, nameless }
}

function readTemplate(text: string, file: string): { key: string | null; template: TemplateFile | string } {
  const { document, problems } = readDocument(text, file)
  if (document === null) return { key: null, template: formatProblem(problems[0]!) }
  const { value, findings } = parse(templateFile, document.value)
  const faults = value === null ? findings : [...parameterFindings(value), ...stageFaults(value)]
  const fault = faults[0] === undefined ? null : formatProblem(document.problem(faults[0]))
  const { template: name, version } = isMap(document.value) ? document.value : {}
  const isNamed = typeof name === 'string' && typeof version === 'number'
  return { key: isNamed ? `${name}@${version}` : null, template: value === null || fault !== null ? fault! : value }
}

/** What must hold before anything can be made of the stages; the rest is told where the template is used. */
function stageFaults({ stages }: TemplateFile) {
  const ids = new Set<unknown>()
  return stages.flatMap((stage, index) => {
    const path = ['stages', index]
    if (!isMap(stage) || typeof stage.id !== 'string')
      return [{ path, message: 'a stage of a template must have an "id"' }]
    if (stage.template !== undefined)
      return [{ path: [...path, 'template'], message: 'a template cannot use a template; write the stages out' }]
    if (ids.has(stage.id)) return [{ path: [...path, 'id'], message: `stage "${stage.id}" is there twice` }]
    ids.add(stage.id)
    return []
  })
}
