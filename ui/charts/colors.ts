/** A canvas knows no variables: the browser resolves them on an element first. */
export function colorsOf(element: HTMLElement): (name: string, alpha?: number) => string {
  const place = element.parentElement ?? element
  return (name, alpha = 1) => {
    const probe = place.appendChild(document.createElement('span'))
    probe.style.color = `color-mix(in srgb, var(${name}) ${alpha * 100}%, transparent)`
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
}
