/**
 * `json`, not `jsonb`: what was recorded is handed out as it was, key order included, and nothing is searched inside.
 * Ids sort by their bytes, so a cursor means the same on every database.
 */
export const first = `
create table executions (
  id text collate "C" primary key,
  pipeline text not null,
  application text not null,
  status text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  accepted_at timestamptz not null default now(),
  started_at timestamptz,
  sequence integer not null,
  position bigint not null,
  snapshot json not null,
  input json
);
create index executions_newest on executions (created_at desc, id desc);
create index executions_of_pipeline on executions (pipeline, created_at desc, id desc);
create index executions_of_application on executions (application, created_at desc, id desc);
create index executions_with_status on executions (status, created_at desc, id desc);
create index executions_open on executions (created_at desc, id desc) where ended_at is null;
create index executions_ended on executions (ended_at) where ended_at is not null;
create index executions_unstarted on executions (accepted_at) where started_at is null;

-- Outlives the execution: 'answer' keeps what a replay needs when the execution was pruned before its key.
create table requests (
  principal text not null,
  key text not null,
  body_hash text not null,
  execution text collate "C" not null,
  created_at timestamptz not null default now(),
  answer json,
  primary key (principal, key)
);
create index requests_of_execution on requests (execution);
create index requests_oldest on requests (created_at);

create table events (
  position bigint primary key,
  execution text collate "C" not null,
  sequence integer not null,
  at timestamptz not null,
  kind text not null,
  stage text,
  data json not null,
  unique (execution, sequence)
);
create index events_of_execution on events (execution, position);

-- One row. Its lock is held until commit, so positions become visible in the order in which they are given.
create table event_position (value bigint not null);
insert into event_position values (0);

create table evidence (
  execution text collate "C" not null,
  stage text collate "C" not null,
  look integer not null,
  metric text collate "C" not null,
  body json not null,
  primary key (execution, stage, look, metric)
);

create table audit (
  sequence bigint primary key,
  at text not null,
  actor text not null,
  action text not null,
  subject text not null,
  outcome text not null,
  data json not null,
  previous text not null,
  hash text not null
);

-- One row: the newest record, so that records removed from the end are missed too.
create table audit_head (sequence bigint not null, hash text not null);
insert into audit_head values (0, '');

-- One statement for a client, several with a snapshot each inside: the position is read after its lock was taken.
-- 'state' is null in the batch of a canary's look, which knows nothing of its run but the id.
create function record_batch(state json, newest integer, new_events json, new_evidence json) returns void
language plpgsql as $$
declare
  run text := coalesce(state->>'id', new_events->0->>'execution', new_evidence->0->>'execution');
  base bigint;
  added bigint := 0;
  last bigint;
begin
  if json_array_length(new_events) > 0 then
    select value into base from event_position for update;
    insert into events (position, execution, sequence, at, kind, stage, data)
      select base + row_number() over (order by e.sequence), run, e.sequence, e.at, e.kind, e.stage, e.data
      from (
        select distinct on (x.sequence) x.*
        from json_to_recordset(new_events) as x(sequence integer, at timestamptz, kind text, stage text, data json)
        order by x.sequence
      ) e
      where not exists (select from events known where known.execution = run and known.sequence = e.sequence);
    get diagnostics added = row_count;
    if added > 0 then
      update event_position set value = base + added;
      perform pg_notify('slipway_events', (base + added)::text);
    end if;
  end if;
  select coalesce(max(position), 0) into last from events where execution = run;

  if state is null then
    update executions set position = last where id = run and position < last;
  else
    insert into executions as known
      (id, pipeline, application, status, created_at, ended_at, started_at, sequence, position, snapshot)
    values (
      run, state->>'pipeline', state->>'application', state->>'status',
      (state->>'createdAt')::timestamptz, (state->>'endedAt')::timestamptz, now(), newest, last, state
    )
    on conflict (id) do update set
      status = case when known.sequence < newest then excluded.status else known.status end,
      ended_at = case when known.sequence < newest then excluded.ended_at else known.ended_at end,
      snapshot = case when known.sequence < newest then excluded.snapshot else known.snapshot end,
      sequence = greatest(known.sequence, newest),
      position = greatest(known.position, last),
      started_at = coalesce(known.started_at, excluded.started_at)
    where known.sequence < newest or known.position < last or known.started_at is null;
  end if;

  insert into evidence (execution, stage, look, metric, body)
    select run, e->>'stage', (e->>'look')::integer, e->>'metric', e
    from json_array_elements(new_evidence) e
  on conflict do nothing;
end
$$;
`
