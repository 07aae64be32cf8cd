-- What the dashboard's figures lead to: the rows behind a tag, behind a day of receipt, and what happened where on a day.

-- The events of a tag, and of a tag in one repository, newest first. A repository that everybody uses has millions of
-- rows and tags that nobody has used for months. Layers, which are most events, have no tag and are not in it.
create index tracking_events_tag_idx on tracking_events (tag, repository, occurred_at) where tag is not null;

-- The events of a day of receipt. Rows lie in the order of receipt, so that a summary of each hundred pages finds them;
-- it costs a thousandth of the space of a tree, and next to nothing to write. New pages are summarized as they fill.
create index tracking_events_received_idx on tracking_events using brin (received_at) with (autosummarize = on);

-- What happened anywhere on some days: the repositories used most in a period, and in which of them to look for events
-- of which there are few. Neither column changes, so updates of its rows stay as cheap as they were.
create index repository_daily_day_idx on repository_daily (day, action);
