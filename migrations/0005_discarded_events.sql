-- A rejected event that nobody wants is discarded: its row stays, for the ledger counts it, and its payload goes.

alter table rejected_events add column discarded_at timestamptz;
comment on column rejected_events.discarded_at is 'When it was discarded, which removed its payload; null while it is kept. It stays rejected in the ledger.';
comment on column rejected_events.payload is 'The event''s JSON text as received (payload::json where Postgres can read it); empty once it was discarded.';
comment on column rejected_events.reason is 'Why, for programs, for example action_unknown or repository_missing; after a replay in vain, why it was rejected then.';

drop index rejected_events_open_idx;
create index rejected_events_open_idx on rejected_events (registry, reason, id)
  where replayed_at is null and discarded_at is null;
