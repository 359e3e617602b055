import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useRef } from 'react'
import { Link } from '../../router/link.tsx'
import { navigate } from '../../router/location.ts'
import { paths } from '../../router/routes.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import styles from './audit-page.module.css'
import { type AuditFilter, fieldOf, filterPath, isFiltered, timeOf } from './filter.ts'

/** Narrows the log; what is asked for is in the address, so that it can be shared. */
export function SearchForm({ filter }: { filter: AuditFilter }) {
  const first = useRef<HTMLInputElement>(null)
  useShortcuts({ search: () => first.current?.focus() })

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim() || null
    navigate(
      filterPath(filter, {
        ...{ actor: text('actor'), action: text('action'), subject: text('subject'), outcome: text('outcome') },
        ...{ from: timeOf(text('from') ?? ''), to: timeOf(text('to') ?? '') },
      }),
    )
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is not in all browsers this page supports
    <form role="search" onSubmit={submit} className={styles.search}>
      <TextInput ref={first} {...field('actor', filter.actor)} label="Actor" placeholder="ada" />
      <TextInput {...field('action', filter.action)} label="Action" placeholder="execution.rollback" />
      <TextInput {...field('subject', filter.subject)} label="Subject" placeholder="execution:ID" />
      <NativeSelect
        name="outcome"
        label="Outcome"
        size="sm"
        defaultValue={filter.outcome ?? ''}
        data={[{ value: '', label: 'any' }, 'allowed', 'refused']}
      />
      <TextInput {...field('from', fieldOf(filter.from))} label="From" type="datetime-local" />
      <TextInput {...field('to', fieldOf(filter.to))} label="Before" type="datetime-local" />
      <div className={styles.buttons}>
        <Button type="submit" size="sm" variant="default">
          Search
        </Button>
        {isFiltered(filter) && <Link to={paths.audit}>Show all</Link>}
      </div>
    </form>
  )
}

function field(name: keyof AuditFilter, value: string | null) {
  return {
    ...{ name, defaultValue: value ?? '', size: 'sm', autoComplete: 'off', spellCheck: false, maxLength: 300 },
  } as const
}
