-- How many of last month's readers are back this month, how many are lost, how many new?
-- The function reads exact sets, not events: who read in both months is who was counted twice.
with readers as (
  select
    distinct_users('any_read', last_month, this_month) as last_month,
    distinct_users('any_read', this_month, next_month) as this_month,
    distinct_users('any_read', last_month, next_month) as either_month
  from (
    select
      (date_trunc('month', now() at time zone 'UTC') - interval '1 month')::date as last_month,
      date_trunc('month', now() at time zone 'UTC')::date as this_month,
      (date_trunc('month', now() at time zone 'UTC') + interval '1 month')::date as next_month
  ) months
)
select
  last_month,
  this_month,
  last_month + this_month - either_month as kept,
  either_month - this_month as lost,
  either_month - last_month as gained
from readers;
