-- The logins of the processes and their rights on this database. Run it as a superuser, connected to the database that
-- Tallyman is to use; run it again with other passwords to change them. psql reads the passwords from the environment:
--   DB_MIGRATE_PASSWORD=… DB_WORKER_PASSWORD=… DB_API_PASSWORD=… DB_GRAFANA_PASSWORD=… psql -f deploy/postgres/logins.sql "$URL"
-- docker-compose.yml runs it when it first starts Postgres.

\set ON_ERROR_STOP on
\getenv migrate_password DB_MIGRATE_PASSWORD
\getenv worker_password DB_WORKER_PASSWORD
\getenv api_password DB_API_PASSWORD
\getenv grafana_password DB_GRAFANA_PASSWORD

begin;

-- The group roles, which `migrate` gives their rights on tables.
select format('create role %I nologin', name)
from unnest(array['tallyman_migrator', 'tallyman_worker', 'tallyman_reader']) as name
where not exists (select from pg_roles where rolname = name) \gexec

-- One login per process. Ingest has none: it speaks to the queue alone.
select format('create role %I', name)
from unnest(array['tallyman_login_migrate', 'tallyman_login_worker', 'tallyman_login_api', 'tallyman_login_grafana']) as name
where not exists (select from pg_roles where rolname = name) \gexec
alter role tallyman_login_migrate with login password :'migrate_password';
alter role tallyman_login_worker with login password :'worker_password';
alter role tallyman_login_api with login password :'api_password';
alter role tallyman_login_grafana with login password :'grafana_password';
grant tallyman_migrator to tallyman_login_migrate;
grant tallyman_worker to tallyman_login_worker;
grant tallyman_reader to tallyman_login_api, tallyman_login_grafana;

-- People type queries into Grafana: they change nothing and do not run for ever.
alter role tallyman_login_grafana set default_transaction_read_only = on;
alter role tallyman_login_grafana set statement_timeout = '30s';

-- Only these may enter the database, and only the migrator makes anything in it.
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect on database %I to tallyman_migrator, tallyman_worker, tallyman_reader', current_database()) \gexec
select format('grant create on database %I to tallyman_migrator', current_database()) \gexec
revoke create on schema public from public;
grant usage, create on schema public to tallyman_migrator;

commit;
