-- Migrations in the ledger: declared ones, those of tools, and what the same revision gave elsewhere.
CREATE EXTENSION schemaver;
SELECT schemaver.end_migration();
SELECT schemaver.begin_migration(' ');
SELECT schemaver.begin_migration(NULL);

-- Declared: over several transactions, and undone with the transaction or savepoint that declared it.
SELECT schemaver.begin_migration('release 7', 'people and topics');
SELECT schemaver.begin_migration('release 8');
CREATE TABLE people (id integer PRIMARY KEY, name text);
INSERT INTO people VALUES (1, 'ann');
CREATE INDEX people_name_first ON people (name);
BEGIN;
ALTER TABLE people ALTER COLUMN id TYPE bigint;
CREATE TABLE topics (id integer REFERENCES people (id));
COMMIT;
DROP INDEX people_name_first;
SELECT schemaver.end_migration();
CREATE TABLE beside (id integer);
SELECT migration, direction, outcome, declared, commits, commands, summary, locked, rewrote, description, who = current_user AS who,
       took = ended - started AS took
FROM schemaver.migration_history;
BEGIN;
SELECT schemaver.begin_migration('undone');
ROLLBACK;
SELECT schemaver.end_migration();
BEGIN;
SELECT schemaver.begin_migration('kept');
SAVEPOINT s;
SELECT schemaver.end_migration();
SELECT schemaver.begin_migration('undone');
ROLLBACK TO s;
SELECT schemaver.begin_migration('not now');
ROLLBACK TO s;
SAVEPOINT t;
SELECT schemaver.end_migration();
RELEASE t;
ROLLBACK TO s;
DROP TABLE beside;
COMMIT;
SELECT migration, outcome, commits, summary FROM schemaver.migration_history;
SELECT schemaver.end_migration();
SELECT migration, outcome, commits, commands FROM schemaver.migration_history;
SELECT act, name, commit FROM schemaver.migration ORDER BY id, at, commit;

-- A tool's migrations: up, down, and up again.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
BEGIN;
ALTER TABLE people ADD COLUMN pager text;
INSERT INTO alembic_version VALUES ('010_pager');
COMMIT;
BEGIN;
ALTER TABLE people ADD COLUMN phone text;
UPDATE alembic_version SET version_num = '012_phone';
COMMIT;
SELECT schemaver.stamp_backup('nightly') IS NOT NULL AS stamped;
SELECT schemaver.tag('v1.0.0') IS NOT NULL AS tagged;
BEGIN;
ALTER TABLE people DROP COLUMN phone;
UPDATE alembic_version SET version_num = '010_pager';
COMMIT;
BEGIN;
ALTER TABLE people ADD COLUMN phone text;
UPDATE alembic_version SET version_num = '012_phone';
COMMIT;
-- One that runs no DDL is seen by the commit after it; until then the schema is that of the commit before.
UPDATE alembic_version SET version_num = '013_data';
SELECT schemaver.up_to_date('013_data') AS now, schemaver.up_to_date('012_phone') AS before, schemaver.up_to_date('014_next') AS next;
SELECT revision, same_as, differs_from, verdict, next_command FROM schemaver.migration_status();
SELECT severity, finding, ledger_says FROM schemaver.check_revisions();
SET schemaver.capture = off;
ALTER TABLE people ADD COLUMN unseen text;
RESET schemaver.capture;
SELECT revision, same_as, differs_from, verdict, next_command FROM schemaver.migration_status();
SET schemaver.capture = off;
ALTER TABLE people DROP COLUMN unseen;
RESET schemaver.capture;
CREATE INDEX people_name ON people (name);
SELECT migration, direction, outcome, revision_before, revision_after, commits, summary, locked
FROM schemaver.migration_history WHERE tool IS NOT NULL;
SELECT how, revision_before, revision_after, state, applied, added, removed, direction FROM schemaver.revision_change
ORDER BY commit, number;

-- What the same revision gave before.
SELECT revision, same_as, differs_from, verdict, next_command FROM schemaver.migration_status();
BEGIN;
DROP INDEX people_name;
UPDATE alembic_version SET version_num = '012_phone';
COMMIT;
SELECT revision, same_as, differs_from, verdict, next_command FROM schemaver.migration_status();
ALTER TABLE people ADD COLUMN by_hand text;
SELECT revision, same_as, differs_from, verdict, next_command FROM schemaver.migration_status();
SELECT change, kind, identity, property FROM schemaver.diff('backup:nightly', 'live');
DROP TABLE alembic_version;
SELECT migration, direction, outcome FROM schemaver.migration_history LIMIT 1;

-- A tool that lists its migrations: several at once, a downgrade, one that failed.
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);
BEGIN;
CREATE TABLE a (id integer);
CREATE TABLE b (id integer);
INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1), ('2_b.js', 1);
COMMIT;
BEGIN;
DROP TABLE b;
DELETE FROM knex_migrations WHERE name = '2_b.js';
COMMIT;
CREATE TABLE _prisma_migrations (migration_name varchar, started_at timestamptz, finished_at timestamptz, rolled_back_at timestamptz);
INSERT INTO _prisma_migrations VALUES ('1_users', '2026-01-02', NULL, NULL);
SELECT tool, migration, direction, outcome, revision_before, revision_after, commits, summary FROM schemaver.migration_history
WHERE tool IN ('knex', 'prisma');

-- Sequelize commits its DDL and then its row.
CREATE TABLE "SequelizeMeta" (name varchar PRIMARY KEY);
CREATE TABLE s (id integer);
INSERT INTO "SequelizeMeta" VALUES ('1-s.js');
SELECT migration, direction, outcome, commits, summary FROM schemaver.migration_history WHERE tool = 'sequelize';
ALTER TABLE s ADD COLUMN name text;
INSERT INTO "SequelizeMeta" VALUES ('2-name.js');
SELECT migration, direction, outcome, commits, summary FROM schemaver.migration_history WHERE tool = 'sequelize';
DROP TABLE "SequelizeMeta", s;

-- golang-migrate writes what it will run before it runs it.
DROP TABLE knex_migrations, _prisma_migrations;
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES (1, true);
CREATE TABLE c (id integer);
SELECT migration, direction, outcome, revision_before, revision_after FROM schemaver.migration_history WHERE tool = 'golang-migrate';
UPDATE schema_migrations SET dirty = false;
SELECT migration, direction, outcome, revision_before, revision_after FROM schemaver.migration_history WHERE tool = 'golang-migrate';

-- Who monitors may read it, with the functions that it calls.
CREATE ROLE regress_schemaver_monitor;
GRANT pg_monitor TO regress_schemaver_monitor;
SET ROLE regress_schemaver_monitor;
SELECT count(*) > 0 AS some FROM schemaver.migration_history;
RESET ROLE;
DROP ROLE regress_schemaver_monitor;

DROP TABLE people, topics, a, c, schema_migrations;
DROP EXTENSION schemaver;
