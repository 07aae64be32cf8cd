-- Workers remember which users and members are recorded already. Whoever changes or removes such rows (an erasure, a
-- rebuild, an operator with psql) must make them forget, or they would leave out what is no longer there.
--
-- The two locks order this exactly: a batch holds the shared lock until it commits, a change holds the exclusive one.
-- The trigger fires before the statement touches a row, so no row lock is held while it waits.

create sequence tallyman.member_epoch;
comment on sequence tallyman.member_epoch is 'Raised by every change to users or distinct_members that is not an insert; workers then forget what they remember.';

-- From here on each nextval() shows as a new last_value; that of an unused sequence would not.
select setval('tallyman.member_epoch', 1);

create function tallyman.enter_member_epoch() returns bigint
language plpgsql
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext('tallyman.member_epoch'));
  -- A statement of its own, so that it sees what was committed while the lock was awaited.
  return (select last_value from tallyman.member_epoch);
end
$$;
comment on function tallyman.enter_member_epoch() is
  'Called first in every batch: waits for changes under way and returns the epoch to compare with the remembered one.';

create function tallyman.raise_member_epoch() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtext('tallyman.member_epoch'));
  perform nextval('tallyman.member_epoch');
  return null;
end
$$;
create trigger raise_member_epoch before update or delete or truncate on users
  for each statement execute function tallyman.raise_member_epoch();
create trigger raise_member_epoch before update or delete or truncate on tallyman.distinct_members
  for each statement execute function tallyman.raise_member_epoch();
