-- What the migration tools' tables say: revisions(), up_to_date(), check_revisions().
CREATE EXTENSION schemaver;
SELECT * FROM schemaver.revisions();
SELECT schemaver.up_to_date('018');

-- Alembic: only where it is.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
SELECT tool, schema, table_name, revision, applied, last_applied, state FROM schemaver.revisions();
BEGIN;
CREATE TABLE people (id integer PRIMARY KEY);
INSERT INTO alembic_version VALUES ('012_base_tables');
COMMIT;
BEGIN;
ALTER TABLE people ADD COLUMN name text;
UPDATE alembic_version SET version_num = '018_add_faculty_columns';
COMMIT;
SELECT tool, revision, applied, last_applied, state FROM schemaver.revisions();
SELECT r AS revision, schemaver.up_to_date(r)
FROM unnest(ARRAY['018_add_faculty_columns', '018', '012_base_tables', '012', '01', '020_next', '']) AS r;
SELECT commit, revision_before, revision_after FROM schemaver.commits ORDER BY commit;
SELECT * FROM schemaver.check_revisions();

-- Edited by hand.
UPDATE alembic_version SET version_num = 'fantasy';
SELECT severity, finding, table_says, ledger_says, detail, next_command FROM schemaver.check_revisions();
UPDATE alembic_version SET version_num = '012_base_tables';
SELECT severity, finding, table_says, ledger_says, detail, next_command FROM schemaver.check_revisions();
INSERT INTO alembic_version VALUES ('018_add_faculty_columns');
SELECT severity, finding, table_says, ledger_says, detail, next_command FROM schemaver.check_revisions();
SELECT tool, revision, state FROM schemaver.revisions();
TRUNCATE alembic_version;
SELECT severity, finding, table_says, ledger_says, detail, next_command FROM schemaver.check_revisions();
SELECT tool, revision, state FROM schemaver.revisions();
INSERT INTO alembic_version VALUES ('018_add_faculty_columns');
SELECT * FROM schemaver.check_revisions();

-- A downgrade takes back what it undoes.
BEGIN;
ALTER TABLE people DROP COLUMN name;
UPDATE alembic_version SET version_num = '012_base_tables';
COMMIT;
SELECT r AS revision, schemaver.up_to_date(r) FROM unnest(ARRAY['018_add_faculty_columns', '012_base_tables']) AS r;

-- The table goes.
DROP TABLE alembic_version;
SELECT severity, finding, table_says, ledger_says, detail, next_command FROM schemaver.check_revisions();
SELECT schemaver.up_to_date('012_base_tables');

-- A tool with a row for each migration, in two schemas.
CREATE SCHEMA crm;
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar);
CREATE TABLE crm.schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES ('20250101000000'), ('9'), ('10');
INSERT INTO crm.schema_migrations VALUES (13, true);
SELECT tool, schema, revision, applied, last_applied, state, failed FROM schemaver.revisions();
-- The ledger has met Rails' table as dbmate's, before the other table was there.
SELECT tool, schema FROM schemaver.revision_change WHERE tool IN ('dbmate', 'rails') ORDER BY commit;
SELECT tool, severity, finding FROM schemaver.check_revisions() WHERE tool = 'dbmate';
SELECT r AS revision, schemaver.up_to_date(r) FROM unnest(ARRAY['9', '20250101000000', '2025', '13']) AS r;
CREATE TABLE topics (id integer);
DELETE FROM schema_migrations WHERE version = '10';
SELECT tool, schema, severity, finding, detail, next_command FROM schemaver.check_revisions() WHERE tool = 'rails';
INSERT INTO schema_migrations VALUES ('11');
SELECT tool, schema, severity, finding, detail, next_command FROM schemaver.check_revisions() WHERE tool = 'rails';
DELETE FROM schema_migrations WHERE version = '11';
INSERT INTO schema_migrations VALUES ('10'), ('12');
SELECT severity, finding, detail, added, removed FROM schemaver.check_revisions() WHERE tool = 'rails';
DROP TABLE schema_migrations, ar_internal_metadata, crm.schema_migrations;

-- Times and locks.
SET TimeZone = 'UTC';
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);
CREATE TABLE knex_migrations_lock ("index" serial PRIMARY KEY, is_locked integer);
INSERT INTO knex_migrations_lock (is_locked) VALUES (0);
SELECT tool, revision, applied, state FROM schemaver.revisions();
INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('2_b.js', 1, '2026-01-02 10:00'), ('1_a.js', 2, '2026-01-03 10:00');
SELECT tool, revision, applied, last_applied, last_applied_at, state FROM schemaver.revisions();
UPDATE knex_migrations_lock SET is_locked = 1;
SELECT tool, revision, state FROM schemaver.revisions();
CREATE TABLE databasechangelog (id varchar, dateexecuted timestamp, orderexecuted integer, exectype varchar);
CREATE TABLE databasechangeloglock (id integer, locked boolean, lockgranted timestamp, lockedby varchar);
INSERT INTO databasechangelog VALUES ('1', '2026-01-02 10:00', 1, 'EXECUTED');
INSERT INTO databasechangeloglock VALUES (1, true, '2026-01-02 11:00', 'ann');
SELECT tool, revision, last_applied_at, state FROM schemaver.revisions();
CREATE TABLE kysely_migration (name varchar, timestamp varchar);
INSERT INTO kysely_migration VALUES ('1_people', '2026-01-02T10:00:00.500Z');
SELECT tool, revision, last_applied_at, state FROM schemaver.revisions() WHERE tool = 'kysely';
DROP TABLE knex_migrations, knex_migrations_lock, databasechangelog, databasechangeloglock, kysely_migration;

-- What Sqitch could not deploy.
CREATE SCHEMA sqitch;
CREATE TABLE sqitch.changes (change text, project text, committed_at timestamptz);
CREATE TABLE sqitch.events (event text, change text, project text, committed_at timestamptz);
INSERT INTO sqitch.changes VALUES ('users', 'flipr', '2026-01-02 10:00');
INSERT INTO sqitch.events VALUES ('deploy', 'users', 'flipr', '2026-01-02 10:00'), ('fail', 'flips', 'flipr', '2026-01-02 11:00');
SELECT tool, revision, state, failed FROM schemaver.revisions();
INSERT INTO sqitch.events VALUES ('deploy', 'flips', 'flipr', '2026-01-02 12:00');
SELECT tool, revision, state, failed FROM schemaver.revisions();
DROP SCHEMA sqitch CASCADE;

-- A tool of one's own: names of tables and columns, and never SQL.
CREATE TABLE deployed (step integer, outcome text, secret text, at timestamptz);
INSERT INTO deployed VALUES (9, 'good', 's', '2026-01-02 10:00'), (10, 'good', 's', '2026-01-02 11:00'), (11, 'bad', 's', '2026-01-02 12:00');
SELECT count(*) FROM schemaver.revisions();
INSERT INTO schemaver.migration_tool (tool, table_name, revision_column, time_column, failed_column, failed_value)
VALUES ('ours', 'deployed', 'step', 'at', 'outcome', 'bad');
SELECT tool, table_name, revision, applied, last_applied, last_applied_at, state, failed FROM schemaver.revisions();
SELECT schemaver.up_to_date('10') AS "10", schemaver.up_to_date('11') AS "11";
ALTER TABLE deployed ADD COLUMN note text;
SELECT revision_after FROM schemaver.commits LIMIT 1;
UPDATE schemaver.migration_tool SET revision_column = 'step; DROP TABLE people';
SELECT count(*) FROM schemaver.revisions();
\set VERBOSITY terse
INSERT INTO schemaver.migration_tool (tool, table_name, revision_column) VALUES ('', 'deployed', 'step');
\set VERBOSITY default
DELETE FROM schemaver.migration_tool;
DROP TABLE deployed;

-- Who may ask.
CREATE ROLE regress_application;
SET ROLE regress_application;
SELECT schemaver.up_to_date('1') AS asked;
SELECT * FROM schemaver.revisions();
SELECT schemaver.begin_migration('mine');
INSERT INTO schemaver.migration_tool (tool, table_name, revision_column) VALUES ('x', 'pg_authid', 'rolpassword');
RESET ROLE;
DROP ROLE regress_application;

DROP TABLE people, topics;
DROP SCHEMA crm;
DROP EXTENSION schemaver;
