-- Guards: what policies refuse, what lifts them, and what they leave alone.
CREATE EXTENSION schemaver;
CREATE TABLE people (id integer PRIMARY KEY, name text, pager text);
CREATE TYPE mood AS ENUM ('sad');
INSERT INTO schemaver.policy (rule, reason) VALUES ('destructive', 'rows do not come back');
-- Off: no environment is set, whatever the policies are.
SHOW schemaver.environment;
CREATE TABLE scrap (id integer);
DROP TABLE scrap;
SET schemaver.environment = 'production';
ALTER SYSTEM SET schemaver.environment = 'production';
SELECT pg_reload_conf();
SELECT pg_sleep(0.5);
SHOW schemaver.environment;

-- Destructive commands, and others.
DROP TABLE people;
\set VERBOSITY terse
ALTER TABLE people DROP COLUMN pager;
ALTER TABLE people ADD COLUMN x integer, DROP COLUMN pager;
TRUNCATE people;
DROP SCHEMA public CASCADE;
DROP TYPE mood CASCADE;
DROP OWNED BY CURRENT_USER;
DROP EXTENSION schemaver CASCADE;
DO $$ BEGIN EXECUTE 'DROP TABLE people'; END $$;
ALTER TABLE people ADD COLUMN email text;
CREATE INDEX people_name ON people (name);
DROP INDEX people_name;
DELETE FROM people;
-- Temporary tables are nobody's business.
CREATE TEMP TABLE passing AS SELECT 1 AS a;
ALTER TABLE passing DROP COLUMN a;
TRUNCATE passing;
DROP TABLE passing;
-- A dry run tells what would be refused.
SELECT number, outcome, sqlstate, message FROM schemaver.dry_run('ALTER TABLE people ADD COLUMN y integer; DROP TABLE people') WHERE number IS NOT NULL;

-- Confirmed: for the transaction, and a rollback takes it back.
SELECT schemaver.confirm_destructive(' ');
BEGIN;
SELECT schemaver.confirm_destructive('nobody has a pager');
ALTER TABLE people DROP COLUMN pager;
COMMIT;
ALTER TABLE people DROP COLUMN email;
BEGIN;
SAVEPOINT a;
SELECT schemaver.confirm_destructive('not for long');
ROLLBACK TO a;
DROP TABLE people;
ROLLBACK;
-- For some time, in this session.
SELECT schemaver.confirm_destructive('cleaning up', '1 minute');
ALTER TABLE people DROP COLUMN email;
DROP TYPE mood;
SELECT schemaver.confirm_destructive('was to end', '-1 minute');
-- Another session.
\c -
ALTER TABLE people DROP COLUMN name;
SELECT act, reason, until > at AS lasts, who = session_user AS who, environment FROM schemaver.guard_act ORDER BY at;

-- A verified backup does as well. What is missing is told in the same words in every session.
UPDATE schemaver.policy SET backup_age = '1 day';
SELECT schemaver.stamp_backup('nightly', false) IS NOT NULL AS stamped;
\set VERBOSITY default
ALTER TABLE people DROP COLUMN name;
UPDATE schemaver.policy SET backup_age = '1 day 2 hours';
SET IntervalStyle = sql_standard;
ALTER TABLE people DROP COLUMN name;
SET IntervalStyle = iso_8601;
ALTER TABLE people DROP COLUMN name;
\set VERBOSITY terse
SELECT schemaver.record_verification('nightly', 'restore', 'failed');
ALTER TABLE people DROP COLUMN name;
SELECT schemaver.record_verification('nightly', 'restore', 'passed');
ALTER TABLE people DROP COLUMN name;
RESET IntervalStyle;
UPDATE schemaver.policy SET backup_age = '0 seconds';
DROP TABLE people;

-- Freezes: from here to there, on some days, at some hours.
TRUNCATE schemaver.policy;
DELETE FROM schemaver.policy;
INSERT INTO schemaver.policy (rule, reason, starts, ends) VALUES ('freeze', 'summer sale', now() - interval '1 hour', now() + interval '1 hour');
CREATE TABLE frozen ();
REFRESH MATERIALIZED VIEW nowhere;
CREATE TEMP TABLE not_frozen ();
CREATE TABLE pg_temp.not_frozen_either ();
-- A temporary table of the same name is no way around.
CREATE TABLE public.not_frozen ();
CREATE TABLE not_frozen ();
UPDATE schemaver.policy SET ends = now() - interval '1 minute';
CREATE TABLE frozen ();
UPDATE schemaver.policy SET starts = NULL, ends = NULL, days = ARRAY[extract(isodow FROM now() AT TIME ZONE 'UTC')::integer];
COMMENT ON TABLE frozen IS 'x';
UPDATE schemaver.policy SET days = array_remove(ARRAY[1, 2, 3, 4, 5, 6, 7], days[1]);
COMMENT ON TABLE frozen IS 'x';
UPDATE schemaver.policy SET days = NULL, from_time = (now() AT TIME ZONE 'Asia/Tokyo')::time - interval '1 hour', to_time = (now() AT TIME ZONE 'Asia/Tokyo')::time + interval '1 hour', time_zone = 'Asia/Tokyo';
COMMENT ON TABLE frozen IS 'x';
UPDATE schemaver.policy SET from_time = to_time, to_time = from_time;
COMMENT ON TABLE frozen IS 'x';
-- A zone that the server does not know is refused when it is written. One that it knows no more is told by name; a freeze that is
-- over does not ask for it.
\set VERBOSITY default
UPDATE schemaver.policy SET time_zone = 'Europe/Nowhere';
DELETE FROM schemaver.policy;
ALTER TABLE schemaver.policy DROP CONSTRAINT policy_time_zone_is_known;
INSERT INTO schemaver.policy (rule, reason, days, time_zone) VALUES ('freeze', 'weekend', '{6, 7}', 'Europe/Nowhere');
COMMENT ON TABLE frozen IS 'x';
UPDATE schemaver.policy SET ends = now() - interval '1 minute';
COMMENT ON TABLE frozen IS 'x';
\set VERBOSITY terse

-- lock_timeout for strong locks.
DELETE FROM schemaver.policy;
INSERT INTO schemaver.policy (rule, reason) VALUES ('lock timeout', 'readers queue up behind a waiting ALTER TABLE');
ALTER TABLE frozen ADD COLUMN a integer;
TRUNCATE frozen;
CREATE TABLE others ();
CREATE TABLE pointing (id integer REFERENCES people);
CREATE TABLE parts (id integer) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
SET lock_timeout = '1s';
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
ALTER TABLE frozen ADD COLUMN a integer;
TRUNCATE frozen;
RESET lock_timeout;

-- By named roles only; in maintenance only.
DELETE FROM schemaver.policy;
CREATE ROLE regress_schemaver_deployer;
GRANT regress_schemaver_deployer TO CURRENT_USER;
INSERT INTO schemaver.policy (rule, reason, roles) VALUES ('roles', 'the pipeline does that', '{regress_schemaver_deployer, nobody_of_that_name}');
CREATE TABLE by_whom ();
REVOKE regress_schemaver_deployer FROM CURRENT_USER;
CREATE TABLE by_whom_else ();
DELETE FROM schemaver.policy;
INSERT INTO schemaver.policy (rule, reason) VALUES ('maintenance', 'applications must know');
CREATE TABLE whenever ();
SELECT schemaver.in_maintenance(), schemaver.set_maintenance(true, 'new disks');
SELECT schemaver.in_maintenance();
CREATE TABLE whenever ();
SELECT schemaver.set_maintenance(false);
DROP TABLE whenever;
SELECT is_on, reason FROM schemaver.maintenance ORDER BY at;

-- In a declared migration only. A begin that is rolled back has not happened.
DELETE FROM schemaver.policy;
INSERT INTO schemaver.policy (rule, reason) VALUES ('migration', 'each change has a name');
\set VERBOSITY default
CREATE TABLE nameless ();
\set VERBOSITY terse
SELECT schemaver.begin_migration('019_named');
CREATE TABLE named ();
SELECT schemaver.end_migration();
DROP TABLE named;
BEGIN;
SAVEPOINT a;
SELECT schemaver.begin_migration('020_taken_back');
ROLLBACK TO a;
TRUNCATE named;
ROLLBACK;
SELECT number, outcome, sqlstate, message FROM schemaver.dry_run('CREATE TABLE nameless ()') WHERE number IS NOT NULL;
BEGIN;
SELECT schemaver.begin_migration('021_gone');
DROP TABLE named;
SELECT schemaver.end_migration();
COMMIT;
SELECT name, act FROM schemaver.migration ORDER BY id, at;

-- What all databases of the server share. No backup of this one brings it back.
DELETE FROM schemaver.policy;
INSERT INTO schemaver.policy (rule, reason, backup_age) VALUES ('destructive', 'rows do not come back', '1 day');
CREATE ROLE regress_schemaver_passing;
\set VERBOSITY default
DROP ROLE regress_schemaver_passing;
DROP DATABASE IF EXISTS regress_schemaver_nowhere;
UPDATE schemaver.policy SET rule = 'server', reason = 'the DBA does that', backup_age = NULL;
ALTER ROLE regress_schemaver_passing PASSWORD NULL;
\set VERBOSITY terse
ALTER ROLE regress_schemaver_passing SET work_mem = '8MB';
GRANT regress_schemaver_passing TO CURRENT_USER;
CREATE ROLE regress_schemaver_other;
DROP ROLE regress_schemaver_passing;
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 4096', current_database()); END $$;
ALTER TABLESPACE pg_default SET (random_page_cost = 2);
ALTER SYSTEM RESET schemaver.environment;
SELECT number, outcome, sqlstate, message FROM schemaver.dry_run('DROP ROLE regress_schemaver_passing') WHERE number IS NOT NULL;
-- The schema is another matter, and so are these for policies about the schema.
CREATE TABLE not_shared ();
DROP TABLE not_shared;
BEGIN;
SELECT schemaver.confirm_destructive('ticket 12');
DROP ROLE regress_schemaver_passing;
COMMIT;
UPDATE schemaver.policy SET rule = 'freeze';
CREATE ROLE regress_schemaver_passing;
DROP ROLE regress_schemaver_passing;
CREATE TABLE not_shared ();
DELETE FROM schemaver.policy;

-- Policies of elsewhere.
INSERT INTO schemaver.policy (rule, reason, environment) VALUES ('freeze', 'not here', 'staging');
INSERT INTO schemaver.policy (rule, reason, database) VALUES ('freeze', 'not here', 'somewhere_else');
DELETE FROM schemaver.policy WHERE rule = 'migration';
CREATE TABLE elsewhere ();
UPDATE schemaver.policy SET database = NULL;
CREATE TABLE elsewhere_too ();
UPDATE schemaver.policy SET environment = 'production';

-- A superuser lifts the guard, on record; nobody else does.
CREATE ROLE regress_schemaver_somebody;
SET SESSION AUTHORIZATION regress_schemaver_deployer;
SELECT schemaver.lift_guard('please');
SELECT schemaver.confirm_destructive('please');
INSERT INTO schemaver.policy (rule, reason) VALUES ('freeze', 'mine');
SELECT schemaver.in_maintenance();
RESET SESSION AUTHORIZATION;
SELECT schemaver.lift_guard('the disk is full');
CREATE TABLE elsewhere_too ();
DROP TABLE elsewhere_too;
\c -
CREATE TABLE elsewhere_too ();
SELECT schemaver.lift_guard('once more', '1 minute');
CREATE TABLE elsewhere_too ();
SELECT act, reason, until IS NULL AS for_the_session FROM schemaver.guard_act WHERE act = 'lifted' ORDER BY at;

-- Rows that say nothing sensible are refused.
INSERT INTO schemaver.policy (rule, reason) VALUES ('nonsense', 'x');
INSERT INTO schemaver.policy (rule, reason) VALUES ('roles', 'x');
INSERT INTO schemaver.policy (rule, reason, days) VALUES ('freeze', 'x', '{8}');
INSERT INTO schemaver.policy (rule, reason, days) VALUES ('destructive', 'x', '{1}');
INSERT INTO schemaver.policy (rule, reason, from_time) VALUES ('freeze', 'x', '10:00');

ALTER SYSTEM RESET schemaver.environment;
SELECT pg_reload_conf();
SELECT pg_sleep(0.5);
\c -
DROP TABLE people, frozen, others, parts, by_whom, elsewhere, elsewhere_too, whenever;
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
DROP EXTENSION schemaver;
DROP ROLE regress_schemaver_deployer, regress_schemaver_somebody;
