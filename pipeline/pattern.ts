import { RE2JS, RE2JSException } from 're2js'

export type ReadPattern = { matches(text: string): boolean; fault: null } | { matches: null; fault: string }

/**
 * A regular expression that a user wrote, in the syntax of RE2: no lookaround and no back-references, and in exchange
 * matching takes time linear in the text, whatever the pattern. It matches anywhere in the text unless anchored.
 */
export function readPattern(pattern: string): ReadPattern {
  try {
    const compiled = RE2JS.compile(pattern)
    return { matches: text => compiled.matcher(text).find(), fault: null }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const reason = error.message.replace(/^error parsing regexp: /, '').replaceAll('`', '"')
    return { matches: null, fault: `the pattern cannot be used (RE2 syntax): ${reason}` }
  }
}
