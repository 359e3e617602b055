/**
 * Of a token and of a session only the SHA-256 is kept. `claims` are things that may happen once: a login link, a login at
 * a provider, an approval link. `audit.key` makes an entry that is written again, by whoever, one entry.
 */
export const identity = `
create table tokens (
  id text collate "C" primary key,
  name text not null,
  owner text not null,
  hash text not null,
  rules json not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create unique index tokens_in_force on tokens (name) where revoked_at is null;

create table sessions (
  hash text collate "C" primary key,
  who json not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_oldest on sessions (expires_at);

create table claims (key text collate "C" primary key, expires_at timestamptz not null);
create index claims_oldest on claims (expires_at);

alter table audit add column key text;
create unique index audit_key on audit (key) where key is not null;
create index audit_of_subject on audit (subject, sequence);
create index audit_of_actor on audit (actor, sequence);
`
