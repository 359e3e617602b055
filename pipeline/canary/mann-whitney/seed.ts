/**
 * A seed for the noise where none is given: the same for the same metric and the same data, on every machine.
 * FNV-1a over 32 bits (Fowler, Noll and Vo) of the name and, as only constants get noise, of one value and the length
 * of each side.
 */
export function seedOf(name: string, experiment: Float64Array, control: Float64Array): number {
  const text = `${name}\n${experiment[0]}×${experiment.length}\n${control[0]}×${control.length}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
