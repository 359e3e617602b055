/** The keys that content of runs was sealed with, and something each has sealed: whether a key fits is known at once. */
export const sealing = `
create table sealing_keys (
  id text collate "C" primary key,
  proof json not null,
  since timestamptz not null default now()
);
`
