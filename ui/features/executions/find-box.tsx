import { TextInput } from '@mantine/core'
import { type FormEvent, useId, useRef, useState } from 'react'
import { icons } from '../../kit/icons.tsx'
import { navigate } from '../../router/location.ts'
import { executionPath } from '../../router/routes.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { type ExecutionFilter, filterPath } from './filter.ts'
import styles from './find-box.module.css'
import { usePipelines } from './queries.ts'

/** Takes a pipeline's name, which narrows the list, or an execution's id, which opens it. */
export function FindBox({ filter }: { filter: ExecutionFilter }) {
  const names = usePipelines().map(({ name }) => name)
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  useShortcuts({ search: () => input.current?.focus() })

  function go(wanted: string) {
    if (wanted === '') return
    setText('')
    const isExecution = !names.includes(wanted) && names.some(name => wanted.startsWith(`${name}-`))
    navigate(isExecution ? executionPath(wanted) : filterPath(filter, { pipeline: wanted }))
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    go(text.trim())
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is not in all browsers this page supports
    <form role="search" onSubmit={submit} className={styles.form}>
      <TextInput
        ref={input}
        type="search"
        size="sm"
        aria-label="Pipeline or execution id"
        placeholder="Pipeline or execution id"
        list={listId}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        leftSection={<icons.search />}
        rightSection={<kbd>/</kbd>}
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
      />
      <datalist id={listId}>
        {names.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </form>
  )
}
