import styles from './segments.module.css'

interface SegmentsProps<T extends string> {
  label: string
  options: Readonly<Record<T, string>>
  chosen: T | null
  onChoose: (option: T) => void
}

/** A choice of one among a few, side by side. */
export function Segments<T extends string>({ label, options, chosen, onChoose }: SegmentsProps<T>) {
  return (
    <fieldset className={styles.segments}>
      <legend className="sr">{label}</legend>
      {(Object.keys(options) as T[]).map(option => (
        <button key={option} type="button" aria-pressed={option === chosen} onClick={() => onChoose(option)}>
          {options[option]}
        </button>
      ))}
    </fieldset>
  )
}
