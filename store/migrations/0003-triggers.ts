/** What triggers need: answers to webhooks, times of schedules that wait for a server, and how far readers have come. */
export const triggers = `
create table hook_deliveries (
  source text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null,
  answer json not null,
  final boolean not null,
  primary key (source, id)
);
create index hook_deliveries_newest on hook_deliveries (source, at desc, id);
create index hook_deliveries_oldest on hook_deliveries (at);

create table trigger_firings (
  id text collate "C" primary key,
  pipeline text not null,
  trigger json not null,
  parameters json not null,
  fired_at timestamptz not null default now(),
  done_at timestamptz
);
create index trigger_firings_due on trigger_firings (fired_at, id) where done_at is null;
create index trigger_firings_done on trigger_firings (done_at) where done_at is not null;

create table event_readers (
  reader text collate "C" primary key,
  position bigint not null
);
`
