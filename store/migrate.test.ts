import { expect, test } from 'vitest'
import { SchemaMismatch } from './errors.ts'
import { checkHistory, hashOf } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'

const known = [
  { name: 'first', sql: 'create table a ()' },
  { name: 'second', sql: 'create table b ()' },
]
const applied = known.map((migration, index) => ({
  version: index + 1,
  name: migration.name,
  hash: hashOf(migration),
}))

test('a database that is behind, or level, is taken', () => {
  for (const count of [0, 1, 2]) expect(() => checkHistory(applied.slice(0, count), known)).not.toThrow()
})

test('a database from a newer version is refused, with both versions named', () => {
  expect(() => checkHistory(applied, known.slice(0, 1))).toThrow(SchemaMismatch)
  expect(() => checkHistory(applied, known.slice(0, 1))).toThrow(/schema version 2, this Slipway knows up to 1/)
})

test('a database of another build is refused', () => {
  const other = [applied[0]!, { ...applied[1]!, hash: hashOf({ name: 'second', sql: 'create table c ()' }) }]
  expect(() => checkHistory(other, known)).toThrow(/migration 2 of the database \("second"\)/)
})

test('what was released is not edited: databases out there have these hashes', () => {
  expect(migrations.map(migration => [migration.name, hashOf(migration)])).toMatchInlineSnapshot(`
    [
      [
        "first",
        "32c913207da7fd426d8106a7f64a59201320d8b362a50c12fd816a2086e3ffc3",
      ],
      [
        "identity",
        "509101b77d6273e7c802b4ed0b24e58d59d0cfa40d8de97e2f4dc947674153f7",
      ],
      [
        "triggers",
        "34451c5833cb3bf5bed6b45248d8fdd5b876011a3171ae935e98fda8d640e67c",
      ],
      [
        "plans",
        "5751b05ea634f558f4237d317454b133b71104b37e957c04791c3b75aaaf21a1",
      ],
      [
        "sealing",
        "865c73d4648874d916f17f1c673a7cd06f9b5cc01b1d948ce5e4f40df9c111df",
      ],
    ]
  `)
})
