import type { YAMLError } from 'yaml'

/** The parser's complaint in words that say what to do. */
export function syntaxMessage({ code, message }: YAMLError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab cannot be used to indent; use spaces'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second ":" on one line; put the text in quotes, or start a new line'
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key must be on one line and followed by ":"'
    case 'BAD_INDENT':
      return 'this is not indented like the lines it belongs to'
    case 'BAD_SCALAR_START':
      return 'a text cannot start with this character; put it in quotes'
    case 'BAD_DQ_ESCAPE':
      return 'this is no escape that "…" knows; double the backslash, or use single quotes'
    case 'NON_STRING_KEY':
      return 'a key must be text'
    case 'BLOCK_IN_FLOW':
      return 'this cannot stand inside { } or [ ]'
    case 'MISSING_CHAR':
      return missing(message)
    case 'UNEXPECTED_TOKEN':
      return 'this does not fit here; check the indentation and the quotes around'
    default:
      return message.charAt(0).toLowerCase() + message.slice(1)
  }
}

function missing(message: string): string {
  if (message.includes('need to be followed by map values')) return 'a ":" is missing after this key'
  if (message.includes('Missing space after :')) return 'a space is missing after ":"'
  if (message.includes('Missing , ')) return 'a comma is missing here'
  if (message.includes('Sequence item')) return 'a "-" is missing before this item'
  if (message.startsWith('Comments')) return 'a space is missing before "#"'
  return message.charAt(0).toLowerCase() + message.slice(1)
}
