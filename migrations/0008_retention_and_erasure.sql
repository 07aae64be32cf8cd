-- Tracking rows are removed by age (retention) and people by name (erasure). What the removed rows told is added to the
-- private tables removed_*, so that every rollup stays what those and the remaining rows make of it, and can be proved.

create table removals (
  id            bigint      generated always as identity primary key,
  removed_at    timestamptz not null default now(),
  removed_by    text        not null default session_user,
  kind          text        not null check (kind in ('tracking_events', 'rejected_events', 'event_keys')),
  older_than    date        not null,
  removed_rows  bigint      not null,
  removed_bytes bigint
);
comment on table removals is 'What retention has removed, one row per partition or kind. The rollups keep what the removed rows told. tracking_events is complete from the greatest older_than of its kind on.';
comment on column removals.id is 'Number of the removal.';
comment on column removals.removed_at is 'When.';
comment on column removals.removed_by is 'The database login that did it.';
comment on column removals.kind is 'tracking_events, rejected_events (only those that were replayed or discarded) or event_keys.';
comment on column removals.older_than is 'UTC day before which everything of the kind was removed: by occurred_at for tracking_events, by the time of replay or discard for rejected_events, by day of receipt for event_keys.';
comment on column removals.removed_rows is 'Number of rows.';
comment on column removals.removed_bytes is 'Bytes given back to the disk at once, where a whole partition was dropped; null where rows were deleted.';

create table erasures (
  id                bigint      generated always as identity primary key,
  erased_at         timestamptz not null default now(),
  erased_by         text        not null default session_user,
  registry          text        not null,
  pseudonym         text        not null,
  tracking_events   bigint      not null,
  repository_actors bigint      not null,
  rejected_payloads bigint      not null
);
comment on table erasures is 'Receipts of people''s erasures. Neither the name nor anything made of it is kept.';
comment on column erasures.id is 'Number of the receipt.';
comment on column erasures.erased_at is 'When.';
comment on column erasures.erased_by is 'The database login that did it.';
comment on column erasures.registry is 'Label of the registry in which the person was erased.';
comment on column erasures.pseudonym is 'What stands in place of the name now: random, so that nobody can compute the name from it or it from the name.';
comment on column erasures.tracking_events is 'Number of tracking rows that had the name.';
comment on column erasures.repository_actors is 'Number of rows of repository_actors that had the name.';
comment on column erasures.rejected_payloads is 'Number of rejected events that named the person and have lost their payload.';

create table tallyman.removed_repository_stats (
  registry        text    not null,
  repository      text    not null,
  pushes          bigint  not null,
  pulls           bigint  not null,
  first_pushed_at timestamptz,
  last_pushed_at  timestamptz,
  first_pulled_at timestamptz,
  last_pulled_at  timestamptz,
  bytes_pushed    numeric not null,
  bytes_pulled    numeric not null,
  primary key (registry, repository)
);
comment on table tallyman.removed_repository_stats is 'The part of repository_stats that removed tracking rows told.';

create table tallyman.removed_repository_actors (
  registry      text        not null,
  repository    text        not null,
  actor_name    text        not null,
  actor_type    text,
  pushes        bigint      not null,
  pulls         bigint      not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null
);
create unique index removed_repository_actors_key on tallyman.removed_repository_actors
  (registry, repository, actor_name, (coalesce(actor_type, '')));
comment on table tallyman.removed_repository_actors is 'The part of repository_actors that removed tracking rows told.';

create table tallyman.removed_tag_stats (
  registry        text   not null,
  repository      text   not null,
  tag             text   not null,
  latest_push     text   collate "C",
  pushes          bigint not null,
  pulls           bigint not null,
  first_pushed_at timestamptz,
  last_pushed_at  timestamptz,
  first_pulled_at timestamptz,
  last_pulled_at  timestamptz,
  last_deleted_at timestamptz,
  primary key (registry, repository, tag)
);
comment on table tallyman.removed_tag_stats is 'The part of tag_stats that removed tracking rows told.';
comment on column tallyman.removed_tag_stats.latest_push is 'Time of the latest push, 26 characters, and its digest; the greatest such text is the latest push.';

create table tallyman.removed_receipts (
  registry text   not null,
  day      date   not null,
  tracked  bigint not null,
  rejected bigint not null,
  primary key (registry, day)
);
comment on table tallyman.removed_receipts is 'The part of the ledger whose rows in tracking_events or rejected_events were removed, by day of receipt.';
