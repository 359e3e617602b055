import { type Document, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml'
import { parseImage } from '../../../pipeline/image-reference.ts'
import { Refused } from '../../failures.ts'

/** Where a file of a repository says which image a Deployment runs. */
export interface ImagePlace {
  file: string
  deployment: string
  namespace: string
  container?: string | undefined
  /** Of files that are neither a Deployment nor a Kustomization: where the whole image is, or its tag. */
  image?: string | undefined
  tag?: string | undefined
}

/**
 * The text with another image. Nothing else of it is touched, so that a promotion is a change of one line; only of a
 * Kustomization the `images` are written anew.
 */
export function withImage(text: string, place: ImagePlace, image: string): string {
  const documents = documentsOf(text, place.file)
  const { image: at, tag } = place
  if (at !== undefined) return replaced(text, scalarAt(documents, place, at), image)
  if (tag !== undefined) return replaced(text, scalarAt(documents, place, tag), tagOf(image, place))
  const deployment = documents.find(document => isDeployment(document, place))
  if (deployment !== undefined) return replaced(text, containerImage(deployment, place), image)
  const kustomization = documents.find(document => document.get('kind') === 'Kustomization')
  if (kustomization !== undefined) return withKustomizedImage(kustomization, place, image)
  throw new Refused(
    `${place.file} holds neither Deployment "${place.deployment}" nor a Kustomization; say where its image is, with "image" or "tag"`,
  )
}

function documentsOf(text: string, file: string): Document.Parsed[] {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) throw new Refused(`${file} is empty`)
  const problem = documents.flatMap(({ errors }) => errors)[0]
  if (problem) throw new Refused(`${file} is no YAML: ${problem.message.split('\n')[0]}`)
  return documents.filter(({ contents }) => isMap(contents)) as Document.Parsed[]
}

function isDeployment(document: Document.Parsed, { deployment, namespace }: ImagePlace): boolean {
  if (document.get('kind') !== 'Deployment' || document.getIn(['metadata', 'name']) !== deployment) return false
  return [undefined, namespace].includes(document.getIn(['metadata', 'namespace']) as string | undefined)
}

function containerImage(document: Document.Parsed, { file, container }: ImagePlace): Scalar {
  const containers = document.getIn(['spec', 'template', 'spec', 'containers'])
  const all = isSeq(containers) ? containers.items.filter(isMap) : []
  const chosen = container === undefined ? all[0] : all.find(one => one.get('name') === container)
  const image = chosen?.get('image', true)
  if (isScalar(image)) return image
  throw new Refused(`${file}: its Deployment has no image of container ${container ?? '1'}`)
}

function scalarAt(documents: readonly Document.Parsed[], { file }: ImagePlace, path: string): Scalar {
  const keys = path.split('.').map(key => (/^\d+$/.test(key) ? Number(key) : key))
  const found = documents.map(document => document.getIn(keys, true)).find(isScalar)
  if (found) return found
  throw new Refused(`${file} has nothing at ${path}; write what it is now, so that it can be changed`)
}

function tagOf(image: string, { file }: ImagePlace): string {
  const { tag, digest } = parseImage(image)
  if (tag === null) throw new Refused(`${file} takes a tag, and ${image} has none`)
  return digest === null ? tag : `${tag}@${digest}`
}

/** In the quotes it has; a tag such as `1.10` needs some, or it becomes a number. */
function replaced(text: string, scalar: Scalar, value: string): string {
  const [from, to] = scalar.range!
  const quote = { QUOTE_SINGLE: "'", QUOTE_DOUBLE: '"' }[scalar.type as string]
  const plain = quote === undefined && /^[A-Za-z]/.test(value)
  const written = plain ? value : `${quote ?? "'"}${value}${quote ?? "'"}`
  return text.slice(0, from) + written + text.slice(to)
}

function withKustomizedImage(document: Document.Parsed, { file }: ImagePlace, image: string): string {
  const { name, tag, digest } = parseImage(image)
  const images = document.get('images')
  const entries = isSeq(images) ? images.items.filter(isMap) : []
  const entry = entries.find(one => one.get('newName') === name) ?? entries.find(one => one.get('name') === name)
  if (entry === undefined) throw new Refused(`${file}: its "images" do not name ${name}; add it`)
  const set = (key: string, value: string | null) => (value === null ? entry.delete(key) : entry.set(key, value))
  set('newTag', tag)
  set('digest', digest)
  return document.toString({ lineWidth: 0 })
}
