import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { codeIn, takeLoginCode } from './login-link.ts'
import styles from './login-page.module.css'
import { useSignIn } from './queries.ts'

/** Shown in place of any view until somebody has signed in, so that a deep link arrives where it points. */
export function LoginPage() {
  const { mutate, isPending, error } = useSignIn()
  const [text, setText] = useState('')

  useEffect(() => {
    const code = takeLoginCode()
    if (code !== null) mutate(code)
  }, [mutate])

  function submit(event: FormEvent) {
    event.preventDefault()
    const code = codeIn(text.trim())
    if (code !== '') mutate(code)
  }

  return (
    <div className={styles.center}>
      <Page title="Sign in" heading={<Brand />}>
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
          />
          <Button type="submit" loading={isPending}>
            Sign in
          </Button>
          {error && <ProblemNotice what="That did not sign you in." error={error} />}
        </form>
      </Page>
    </div>
  )
}

function Brand() {
  return (
    <span className={styles.brand}>
      <img src="/favicon.svg" alt="" width="32" height="32" />
      Sign in to Slipway
    </span>
  )
}
