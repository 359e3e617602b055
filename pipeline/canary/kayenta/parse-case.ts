/** Settings whose type, and not only whose value, depends on how the number is written. */
const decimalSetting =
  /"(?:outlierFactor|(?:allowed|critical)(?:Increase|Decrease))"\s*:\s*-?(?:\d{10,}\.|\d[\d.]*[eE])/
const negativeZero = /[[,:\s]-0\s*[,\]}]/

/**
 * Parses the text of one case. Two things that `JSON.parse` drops are kept, because the original keeps them: `1e10` is
 * a decimal and not a whole number beyond 32 bits (it comes as a `Number` object), and `-0` is a whole number, hence 0.
 * Texts without either, nearly all, take the fast way.
 */
export function parseCase(text: string): unknown {
  if (!decimalSetting.test(text) && !negativeZero.test(text)) return JSON.parse(text)
  return JSON.parse(text, keepWrittenForm)
}

function keepWrittenForm(key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  if (context.source === '-0') return 0
  const decimal = decimalSetting.test(`"${key}":${context.source}`)
  return decimal ? new Number(value) : value
}
