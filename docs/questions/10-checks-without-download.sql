-- How often did clients only look (HEAD) and how often did they download, month by month?
select
  date_trunc('month', day)::date as month,
  sum(head_checks) as head_checks,
  sum(pulls) as pulls,
  round(100.0 * sum(head_checks) / nullif(sum(head_checks + pulls), 0), 1) as percent_checks
from daily_activity
group by month
having sum(head_checks + pulls) > 0
order by month;
