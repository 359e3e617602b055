/** Freezes, and releases that were taken back for cause. */
export const plans = `
create table freezes (
  name text collate "C" not null,
  scope json not null,
  reason text not null,
  timezone text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  created_by text not null,
  created_at timestamptz not null,
  ended_by text,
  primary key (name, created_at)
);
create index freezes_over on freezes (ends_at);

create table quarantine (
  application text collate "C" not null,
  service text collate "C" not null,
  key text collate "C" not null,
  version text not null,
  reason text not null,
  execution text collate "C" not null,
  since timestamptz not null,
  until timestamptz not null,
  released_at timestamptz,
  released_by text,
  primary key (application, service, key, since)
);
create index quarantine_newest on quarantine (since desc);

-- With the event that tells it, so that neither is without the other. The key is long, and only compared.
create function quarantine_release() returns trigger language plpgsql as $$
begin
  insert into quarantine (application, service, key, version, reason, execution, since, until)
  values (
    new.data->>'application', new.data->>'service', md5(new.data->>'key'), new.data->>'version',
    new.data->>'reason', new.execution, new.at, (new.data->>'until')::timestamptz
  )
  on conflict do nothing;
  return null;
end
$$;
create trigger quarantine_release after insert on events
  for each row when (new.kind = 'release.quarantined') execute function quarantine_release();
`
