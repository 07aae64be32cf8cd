-- A worker with another key would give everybody a second pseudonym, and count everybody twice, without a word. So the
-- first one leaves a fingerprint of its key here, and others are held to it.

create table tallyman.actor_names_key (
  only_one    boolean     primary key default true check (only_one),
  fingerprint text        not null,
  since       timestamptz not null default now()
);
comment on table tallyman.actor_names_key is 'Which key makes the pseudonyms of this database; no row before the first. Delete the row, with no worker running, to begin with another key or with plain names.';
comment on column tallyman.actor_names_key.only_one is 'Always true: there is one key.';
comment on column tallyman.actor_names_key.fingerprint is 'Tells keys apart; nothing leads from it to the key.';
comment on column tallyman.actor_names_key.since is 'When the key was first used.';
