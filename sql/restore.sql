-- The check before a restore, in the database itself: a stamp is taken, the schema moves on in each direction, and the
-- verdict, the findings and the assertion follow.
SET client_min_messages = warning;
CREATE EXTENSION schemaver;
CREATE SCHEMA rota;
CREATE TABLE rota.people (id int PRIMARY KEY, name varchar(40) NOT NULL, pager text);
CREATE TABLE rota.leave (id int PRIMARY KEY, person int NOT NULL REFERENCES rota.people, days int DEFAULT 1);
CREATE TYPE rota.kind AS ENUM ('day', 'night');
CREATE TABLE rota.shift (id int PRIMARY KEY, kind rota.kind);
CREATE TABLE rota.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO rota.alembic_version VALUES ('017_shifts');
BEGIN;
CREATE INDEX ON rota.people (name);
UPDATE rota.alembic_version SET version_num = '018_index';
COMMIT;
\pset format unaligned
\pset tuples_only on
SELECT schemaver.stamp_backup('before') AS metadata \gset
SELECT schemaver.stamp_backup('without definitions', definitions => false) AS slim \gset
\set check 'SELECT verdict, data, errors, warnings, summary, backup_revision, live_revision FROM schemaver.check_restore(:\'metadata\'); SELECT severity, "check", kind, identity, detail, hint FROM schemaver.restore_findings(:\'metadata\');'

-- Nothing has changed.
:check
SELECT schemaver.assert_restore(:'metadata');
SELECT schemaver.backup_metadata('before') = :'metadata';
SELECT schemaver.backup_metadata('without definitions') = :'slim', length(:'slim') < length(:'metadata');
SELECT verdict, data FROM schemaver.check_restore(:'slim');
SELECT verdict FROM schemaver.check_restore(schemaver.backup_metadata());
SELECT label, revision, objects, own, fingerprint = schemaver.fingerprint() FROM schemaver.backups ORDER BY at;

-- More than the backup has: it loads.
BEGIN;
ALTER TABLE rota.people ADD email text, ALTER name TYPE text;
ALTER TYPE rota.kind ADD VALUE 'late';
:check
SELECT schemaver.assert_restore(:'metadata');
SELECT verdict, data FROM schemaver.check_restore(:'slim');
ROLLBACK;

-- Less: it does not.
BEGIN;
ALTER TABLE rota.people DROP pager, ALTER name TYPE varchar(20);
ALTER TABLE rota.leave ADD reason text NOT NULL, ADD CHECK (days > 0);
DROP TABLE rota.shift;
DROP TYPE rota.kind;
CREATE TYPE rota.kind AS ENUM ('day');
UPDATE rota.alembic_version SET version_num = '017_shifts';
:check
SAVEPOINT s;
SELECT schemaver.assert_restore(:'metadata');
ROLLBACK TO s;
SELECT schemaver.assert_restore(:'metadata', force => true);
SELECT verdict, data FROM schemaver.check_restore(:'slim');
ROLLBACK;

-- A table that came with a newer revision.
BEGIN;
CREATE TABLE rota.later (id int PRIMARY KEY);
UPDATE rota.alembic_version SET version_num = '019_later';
:check
SELECT schemaver.assert_restore(:'metadata');
ROLLBACK;

-- The older form of metadata, which knows no more than the revision.
SELECT E'timestamp: 2025-12-01T00:00:00\nalembic_version: 018_index\ndatabase: rota\nbackup_file: rota.dump\n' AS old \gset
SELECT verdict, data, errors, backup_revision, live_revision FROM schemaver.check_restore(:'old');
SELECT schemaver.assert_restore(:'old');
SELECT verdict, backup_revision FROM schemaver.check_restore(replace(:'old', '018', '021'));

-- Of a tool that keeps its head alone the ledger has the history, of this tool and not of one that was here before.
SELECT metadata::jsonb -> 'migration' FROM schemaver.backup_metadata(definitions => false) AS metadata;
DROP TABLE rota.alembic_version;
SELECT metadata::jsonb -> 'migration' FROM schemaver.backup_metadata(definitions => false) AS metadata;
CREATE TABLE rota.schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO rota.schema_migrations VALUES (7, false);
BEGIN;
ALTER TABLE rota.people ADD phone text;
UPDATE rota.schema_migrations SET version = 8;
COMMIT;
SELECT metadata::jsonb -> 'migration' FROM schemaver.backup_metadata(definitions => false) AS metadata;

-- The SQLSTATE that scripts look for.
\set VERBOSITY sqlstate
DROP TABLE rota.leave;
SELECT schemaver.assert_restore(:'metadata');
\set VERBOSITY default

DROP SCHEMA rota CASCADE;
DROP EXTENSION schemaver;
