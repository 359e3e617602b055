import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { icons } from '../kit/icons.tsx'
import styles from './shell.module.css'

const schemes = {
  auto: { next: 'light', icon: 'screen', name: 'as the system' },
  light: { next: 'dark', icon: 'sun', name: 'light' },
  dark: { next: 'auto', icon: 'moon', name: 'dark' },
} as const satisfies Record<MantineColorScheme, { next: MantineColorScheme; icon: keyof typeof icons; name: string }>

/** Colours: as the system, light, dark, and again. */
export function SchemeButton() {
  // Without `keepTransitions` the kit adds a style element for a moment, which the content security policy refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const { next, icon, name } = schemes[colorScheme]
  const Icon = icons[icon]
  const label = `Colours: ${name}. Change to ${schemes[next].name}`
  return (
    <button type="button" className={styles.tool} onClick={() => setColorScheme(next)} aria-label={label} title={label}>
      <Icon />
    </button>
  )
}
