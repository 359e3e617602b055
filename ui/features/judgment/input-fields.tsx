import { NativeSelect, TextInput } from '@mantine/core'
import type { JudgmentProgress } from '../../../pipeline/execution.ts'

interface InputFieldsProps {
  inputs: JudgmentProgress['inputs']
  drafts: Readonly<Record<string, string>>
  problems: Readonly<Record<string, string>>
  onChange: (drafts: Readonly<Record<string, string>>) => void
}

/** A field for each value that an approval is asked for. */
export function InputFields({ inputs, drafts, problems, onChange }: InputFieldsProps) {
  return Object.entries(inputs).map(([name, input]) => {
    const common = {
      label: name,
      description: input.description,
      error: problems[name],
      required: input.required,
      value: drafts[name] ?? '',
      onChange: (event: { currentTarget: { value: string } }) =>
        onChange({ ...drafts, [name]: event.currentTarget.value }),
    }
    if (input.type === 'choice') return <NativeSelect key={name} {...common} data={['', ...input.options]} />
    return (
      <TextInput
        key={name}
        {...common}
        inputMode={input.type === 'number' ? 'decimal' : undefined}
        maxLength={input.type === 'text' ? input.maxLength : 30}
        autoComplete="off"
      />
    )
  })
}
