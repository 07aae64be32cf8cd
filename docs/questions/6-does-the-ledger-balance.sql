-- Does the ledger balance, and with the rows that are there?
select
  registry,
  sum(received) as received,
  sum(tracked) as tracked,
  sum(duplicates) as duplicates,
  sum(rejected) as rejected,
  sum(received) = sum(tracked) + sum(duplicates) + sum(rejected)
    and sum(tracked) = (select count(*) from tracking_events e where e.registry = l.registry)
    and sum(rejected) = (
      select count(*) from rejected_events r where r.registry = l.registry and r.replayed_at is null
    ) as balances
from ledger l
group by registry
order by registry;
