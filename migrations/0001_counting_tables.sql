-- The tables that analysts read (schema public) and the private helpers behind them (schema tallyman).
-- Days, weeks and months are UTC throughout; weeks are ISO weeks and start on Monday.

create schema if not exists tallyman;
comment on schema tallyman is 'Private helpers of Tallyman: keys, exact sets, partitions. Not an interface; read the tables in public.';

-- Repositories and users ------------------------------------------------------------------------------------------

create table container_repositories (
  registry   text        not null,
  path       text        not null,
  origin     text        not null default 'import' check (origin in ('push', 'import')),
  created_at timestamptz,
  deleted_at timestamptz,
  primary key (registry, path)
);
comment on table container_repositories is 'Image repositories that exist or existed, by registry and path. Consulted for every push and mount: the first to a path that is not here, or is closed, creates the repository. Insert (registry, path, origin) to import repositories that existed before Tallyman.';
comment on column container_repositories.registry is 'Label of the registry, as configured with its secret.';
comment on column container_repositories.path is 'Path of the repository within its registry, for example library/alpine.';
comment on column container_repositories.origin is 'How Tallyman came to know it: push (a counted push or mount created it) or import.';
comment on column container_repositories.created_at is 'Event time of the push or mount that created it, last of all when it was deleted and created again; null when it was imported.';
comment on column container_repositories.deleted_at is 'Event time of the repository deletion that closed it; null while it is open.';

create table users (
  id       bigint generated always as identity primary key,
  registry text not null,
  username text not null,
  unique (registry, username)
);
comment on table users is 'People (and their CI jobs) that count as distinct users, by registry and name. Insert (registry, username) to import them.';
comment on column users.id is 'Number of the user; tracking_events.user_id refers to it.';
comment on column users.registry is 'Label of the registry; the same name in two registries is two users.';
comment on column users.username is 'Name in lower case, since names compare without case.';

create function tallyman.lower_username() returns trigger
language plpgsql as $$
begin
  new.username := lower(new.username);
  return new;
end
$$;
create trigger lower_username before insert or update of username on users
  for each row execute function tallyman.lower_username();

-- Tracking --------------------------------------------------------------------------------------------------------

create table tracking_events (
  event_id           text        not null,
  registry           text        not null,
  occurred_at        timestamptz not null,
  received_at        timestamptz not null,
  timestamp_source   text        not null,
  operation          text        not null,
  target_kind        text        not null,
  action             text        not null,
  created_repository boolean     not null,
  repository         text        not null,
  tag                text,
  digest             text,
  media_type         text,
  size_bytes         bigint,
  actor_name         text,
  actor_type         text,
  user_id            bigint,
  user_agent         text,
  request_id         text,
  source_instance    text
) partition by range (occurred_at);
create index tracking_events_occurred_at_idx on tracking_events (occurred_at);
comment on table tracking_events is 'One row per counted event, partitioned by month of occurred_at. Events that arrive twice are here once.';
comment on column tracking_events.event_id is 'The sender''s id of the event, unique within its registry; content:<hash> when it sent none.';
comment on column tracking_events.registry is 'Label of the registry whose secret authenticated the notification.';
comment on column tracking_events.occurred_at is 'When it happened by the sender''s clock, in microseconds (further digits are cut); all days, weeks and months count by it.';
comment on column tracking_events.received_at is 'When ingest received it, by its own clock.';
comment on column tracking_events.timestamp_source is 'event, or received when the sender''s time was absent, unreadable or more than 24 h ahead and received_at stands in for it.';
comment on column tracking_events.operation is 'push, pull, head (a pull by HEAD: a check, not a download), mount, delete or rename.';
comment on column tracking_events.target_kind is 'What it is about: tag, manifest, blob or repository.';
comment on column tracking_events.action is 'What it counts as, for example push_tag, pull_manifest or create_repository.';
comment on column tracking_events.created_repository is 'Whether this push or mount created its repository; a tag push keeps the action push_tag and carries this flag.';
comment on column tracking_events.repository is 'Path of the repository within its registry.';
comment on column tracking_events.tag is 'Tag; null when the client used none.';
comment on column tracking_events.digest is 'Digest of the manifest or blob, for example sha256:…; null when unknown.';
comment on column tracking_events.media_type is 'Media type of the target; null when unknown.';
comment on column tracking_events.size_bytes is 'Size of the target in bytes; null when unknown.';
comment on column tracking_events.actor_name is 'Who did it, spelled as sent; null when anonymous.';
comment on column tracking_events.actor_type is 'The sender''s user_type (personal_access_token, build, gitlab_or_ldap, deploy_token, …); null when not sent, invalid when it was not text.';
comment on column tracking_events.user_id is 'users.id of the actor when it counts as a user; null for anonymous actors, deploy tokens, unknown types and, with a closed directory, unknown names.';
comment on column tracking_events.user_agent is 'Client software, as it named itself.';
comment on column tracking_events.request_id is 'The registry''s id of the client''s request; several events can share one.';
comment on column tracking_events.source_instance is 'The registry process that sent it; a new one after each of its restarts.';

create table tallyman.tracking_events_other partition of tracking_events default;
comment on table tallyman.tracking_events_other is 'Tracking rows of months that have no partition of their own, so that no date is ever refused.';

create table tallyman.event_keys (
  key uuid not null primary key,
  day date not null
);
comment on table tallyman.event_keys is 'Keys of everything ever tracked or rejected: what makes an event count once. Not tied to a partition of time.';
comment on column tallyman.event_keys.key is '128 bits of SHA-256 over purpose, registry and event id (or content).';
comment on column tallyman.event_keys.day is 'UTC day of first receipt, for retention.';

create table rejected_events (
  id          bigint generated always as identity primary key,
  registry    text        not null,
  received_at timestamptz not null,
  reason      text        not null,
  detail      text        not null,
  event_id    text,
  payload     text        not null,
  replayed_at timestamptz
);
create index rejected_events_open_idx on rejected_events (registry, reason, id) where replayed_at is null;
comment on table rejected_events is 'Events that could not be counted, kept whole. Nothing is dropped silently.';
comment on column rejected_events.id is 'Number of the rejection, in order of arrival.';
comment on column rejected_events.registry is 'Label of the registry whose secret authenticated the notification.';
comment on column rejected_events.received_at is 'When ingest received it.';
comment on column rejected_events.reason is 'Why, for programs, for example action_unknown or repository_missing.';
comment on column rejected_events.detail is 'Why, for people.';
comment on column rejected_events.event_id is 'The sender''s id of the event when it was usable.';
comment on column rejected_events.payload is 'The event''s JSON text as received (payload::json where Postgres can read it).';
comment on column rejected_events.replayed_at is 'When it was replayed and counted; null while it is rejected.';

-- Distinct users --------------------------------------------------------------------------------------------------

create type tallyman.metric as enum (
  'push_tag', 'push_repository', 'create_repository', 'push_blob',
  'pull_tag', 'pull_manifest', 'pull_blob', 'pull_repository',
  'head_tag', 'head_manifest', 'head_blob', 'head_repository',
  'mount_blob',
  'delete_tag', 'delete_manifest', 'delete_repository', 'delete_blob',
  'rename_repository',
  'any_write', 'any_read'
);
create type tallyman.period as enum ('day', 'week', 'month');

create table tallyman.distinct_members (
  metric       tallyman.metric not null,
  period       tallyman.period not null,
  period_start date            not null,
  user_id      bigint          not null,
  primary key (period, metric, period_start, user_id)
);
comment on table tallyman.distinct_members is 'The exact sets of distinct users: who did what in which day, week and month. A user belongs to one registry.';

create table distinct_user_rollups (
  registry       text   not null,
  metric         text   not null,
  period         text   not null check (period in ('day', 'week', 'month')),
  period_start   date   not null,
  distinct_users bigint not null,
  primary key (registry, metric, period, period_start)
) with (fillfactor = 70);
comment on table distinct_user_rollups is 'Exact number of distinct users per registry, metric and period, by event time. For any other window call distinct_users().';
comment on column distinct_user_rollups.registry is 'Label of the registry.';
comment on column distinct_user_rollups.metric is 'An action, create_repository (events with created_repository), any_write (push_tag, delete_tag, push_repository, create_repository, delete_repository) or any_read (pull_tag, pull_manifest); a user counts once in each.';
comment on column distinct_user_rollups.period is 'day, week (ISO week) or month (calendar month), all UTC.';
comment on column distinct_user_rollups.period_start is 'First day of the period; a Monday for a week.';
comment on column distinct_user_rollups.distinct_users is 'Number of different users; a period without any has no row.';

-- Rollups ---------------------------------------------------------------------------------------------------------

create table event_rollups (
  registry             text    not null,
  day                  date    not null,
  action               text    not null,
  events               bigint  not null,
  bytes                numeric not null,
  repositories_created bigint  not null,
  primary key (registry, day, action)
) with (fillfactor = 70);
comment on table event_rollups is 'Events per registry, day of event time and action. All actions together add up to the tracked events.';
comment on column event_rollups.registry is 'Label of the registry.';
comment on column event_rollups.day is 'UTC day of event time.';
comment on column event_rollups.action is 'Action, as in tracking_events.';
comment on column event_rollups.events is 'Number of events.';
comment on column event_rollups.bytes is 'Bytes moved: sizes of pushes and pulls; other operations move none.';
comment on column event_rollups.repositories_created is 'Number of these events that created their repository.';

create table repository_daily (
  registry             text    not null,
  repository           text    not null,
  day                  date    not null,
  action               text    not null,
  events               bigint  not null,
  bytes                numeric not null,
  repositories_created bigint  not null,
  primary key (registry, repository, day, action)
) with (fillfactor = 70);
comment on table repository_daily is 'Events per repository, day of event time and action.';
comment on column repository_daily.registry is 'Label of the registry.';
comment on column repository_daily.repository is 'Path of the repository.';
comment on column repository_daily.day is 'UTC day of event time.';
comment on column repository_daily.action is 'Action, as in tracking_events.';
comment on column repository_daily.events is 'Number of events.';
comment on column repository_daily.bytes is 'Bytes moved: sizes of pushes and pulls, layers included.';
comment on column repository_daily.repositories_created is 'Number of these events that created the repository.';

create table repository_stats (
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
) with (fillfactor = 70);
comment on table repository_stats is 'All-time statistics of each repository that any event named.';
comment on column repository_stats.registry is 'Label of the registry.';
comment on column repository_stats.repository is 'Path of the repository.';
comment on column repository_stats.pushes is 'Manifest pushes, tagged or not; layers do not count.';
comment on column repository_stats.pulls is 'Manifest downloads (GET), by tag or digest; HEAD checks and layers do not count.';
comment on column repository_stats.first_pushed_at is 'Earliest manifest push by event time; null when never.';
comment on column repository_stats.last_pushed_at is 'Latest manifest push by event time; null when never.';
comment on column repository_stats.first_pulled_at is 'Earliest manifest pull by event time; null when never.';
comment on column repository_stats.last_pulled_at is 'Latest manifest pull by event time; null when never.';
comment on column repository_stats.bytes_pushed is 'Bytes of all pushes, layers included.';
comment on column repository_stats.bytes_pulled is 'Bytes of all pulls, layers included.';

create table repository_actors (
  registry      text        not null,
  repository    text        not null,
  actor_name    text        not null,
  actor_type    text,
  pushes        bigint      not null,
  pulls         bigint      not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null
) with (fillfactor = 70);
create unique index repository_actors_key on repository_actors
  (registry, repository, actor_name, (coalesce(actor_type, '')));
comment on table repository_actors is 'Who did anything in a repository. Anonymous events are not here.';
comment on column repository_actors.registry is 'Label of the registry.';
comment on column repository_actors.repository is 'Path of the repository.';
comment on column repository_actors.actor_name is 'Name in lower case, of users and of deploy tokens and others.';
comment on column repository_actors.actor_type is 'The sender''s user_type; null when not sent. The same name with two types is two rows.';
comment on column repository_actors.pushes is 'Manifest pushes by this actor.';
comment on column repository_actors.pulls is 'Manifest downloads by this actor.';
comment on column repository_actors.first_seen_at is 'Earliest event of any kind, by event time.';
comment on column repository_actors.last_seen_at is 'Latest event of any kind, by event time.';

create table tag_stats (
  registry        text   not null,
  repository      text   not null,
  tag             text   not null,
  digest          text,
  pushes          bigint not null,
  pulls           bigint not null,
  first_pushed_at timestamptz,
  last_pushed_at  timestamptz,
  first_pulled_at timestamptz,
  last_pulled_at  timestamptz,
  deleted_at      timestamptz,
  primary key (registry, repository, tag)
) with (fillfactor = 70);
comment on table tag_stats is 'All-time statistics of each tag that was pushed, pulled or deleted.';
comment on column tag_stats.registry is 'Label of the registry.';
comment on column tag_stats.repository is 'Path of the repository.';
comment on column tag_stats.tag is 'Tag.';
comment on column tag_stats.digest is 'Digest of the latest push by event time (the greater one of two at the same instant); null when never pushed or not sent.';
comment on column tag_stats.pushes is 'Pushes of the tag.';
comment on column tag_stats.pulls is 'Downloads by this tag (GET); HEAD checks do not count.';
comment on column tag_stats.first_pushed_at is 'Earliest push by event time; null when never.';
comment on column tag_stats.last_pushed_at is 'Latest push by event time; null when never.';
comment on column tag_stats.first_pulled_at is 'Earliest pull by event time; null when never.';
comment on column tag_stats.last_pulled_at is 'Latest pull by event time; null when never. What clean-up by use asks for.';
comment on column tag_stats.deleted_at is 'Latest deletion by event time; null when never, or when the tag was pushed later.';

create table ledger (
  registry   text   not null,
  day        date   not null,
  received   bigint not null,
  tracked    bigint not null,
  duplicates bigint not null,
  rejected   bigint not null,
  primary key (registry, day),
  check (received = tracked + duplicates + rejected)
) with (fillfactor = 70);
comment on table ledger is 'The balance per registry and day of receipt: received = tracked + duplicates + rejected. A job that is processed twice shows as duplicates.';
comment on column ledger.registry is 'Label of the registry.';
comment on column ledger.day is 'UTC day on which ingest received the events.';
comment on column ledger.received is 'Events of acknowledged requests that the worker has dealt with.';
comment on column ledger.tracked is 'Of these, events with a row in tracking_events.';
comment on column ledger.duplicates is 'Of these, repetitions of an event that is tracked or rejected already.';
comment on column ledger.rejected is 'Of these, events with a row in rejected_events; one that is replayed moves to tracked.';
