import { NativeSelect, Switch, TextInput } from '@mantine/core'
import type { Parameter } from './run-form.ts'

interface ParameterFieldProps {
  name: string
  wanted: Parameter
  draft: string
  error: string | null
  /** Takes the focus when its dialog opens. */
  first?: boolean
  /** Shown while it is empty; what may be left out has one. */
  placeholder?: string
  onChange: (draft: string) => void
}

/** One parameter as its declaration asks for it: a switch, a choice, or a line of text. */
export function ParameterField({ name, wanted, draft, error, first, placeholder, onChange }: ParameterFieldProps) {
  const common = {
    label: name,
    description: wanted.description,
    error: error ?? undefined,
    ...(first ? { 'data-first': true } : {}),
  }
  if (wanted.type === 'boolean')
    return (
      <Switch
        {...common}
        checked={draft === 'true'}
        onChange={event => onChange(String(event.currentTarget.checked))}
      />
    )
  if (wanted.enum !== undefined)
    return (
      <NativeSelect
        {...common}
        data={['', ...wanted.enum.map(String)]}
        value={draft}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      {...common}
      required={wanted.default === undefined && placeholder === undefined}
      {...(placeholder === undefined ? {} : { placeholder })}
      inputMode={wanted.type === 'number' ? 'decimal' : undefined}
      value={draft}
      onChange={event => onChange(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      maxLength={16_384}
    />
  )
}
