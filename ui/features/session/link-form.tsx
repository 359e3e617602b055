import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { codeIn } from './login-link.ts'
import styles from './login-page.module.css'

/** Signs in with a link of the command line. */
export function LinkForm({ onCode, busy }: { onCode: (code: string) => void; busy: boolean }) {
  const [text, setText] = useState('')

  function submit(event: FormEvent) {
    event.preventDefault()
    const code = codeIn(text.trim())
    if (code !== '') onCode(code)
  }

  return (
    <form onSubmit={submit} className={styles.form}>
      <p>
        Open the link that <code>slipway serve</code> printed, or paste it here. A link works once and for a few
        minutes; <code>slipway login</code> makes a new one.
      </p>
      <TextInput
        label="Login link or code"
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={500}
      />
      <Button type="submit" loading={busy}>
        Sign in
      </Button>
    </form>
  )
}
