-- DROP EXTENSION and CREATE EXTENSION at any time, also in one transaction with DDL before and after: the ledger that is
-- there at the end has what happened since it is there.
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA recreate;
CREATE VIEW recreate.relations AS SELECT c.oid::regclass AS name FROM pg_class AS c WHERE c.relname ~ '^recreated_';
CREATE EXTENSION schemaver;
-- The commands since the first commit, and what head and live differ by.
\set check 'SELECT c.id, k.tag, k.objects FROM schemaver.command AS k LEFT JOIN schemaver.commit AS c ON (c.timeline, c.transaction, c.source) = (k.timeline, k.transaction, ''ddl'') ORDER BY k.at, k.number; SELECT count(*) || '' differences'' FROM schemaver.diff(''head'', ''live'');'

BEGIN;
CREATE TABLE recreated_1 ();
DROP EXTENSION schemaver;
CREATE TABLE recreated_2 ();
CREATE EXTENSION schemaver;
CREATE TABLE recreated_3 ();
COMMIT;
:check

BEGIN;
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_4 ();
COMMIT;
:check

BEGIN;
CREATE TABLE recreated_5 ();
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
COMMIT;
:check

-- A savepoint brings the former one back, with what it had recorded.
BEGIN;
CREATE TABLE recreated_6 ();
SAVEPOINT s;
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_undone ();
ROLLBACK TO s;
COMMIT;
:check
BEGIN;
CREATE TABLE recreated_7 ();
SAVEPOINT s;
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_undone ();
ROLLBACK TO s;
CREATE TABLE recreated_8 ();
COMMIT;
:check
BEGIN;
SAVEPOINT s;
DROP EXTENSION schemaver;
ROLLBACK TO s;
CREATE TABLE recreated_9 ();
COMMIT;
:check
BEGIN;
CREATE TABLE recreated_10 ();
SAVEPOINT s;
DROP EXTENSION schemaver;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_11 ();
RELEASE s;
CREATE TABLE recreated_12 ();
COMMIT;
:check

-- Without it at the end.
BEGIN;
CREATE TABLE recreated_13 ();
DROP EXTENSION schemaver;
COMMIT;
BEGIN;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_14 ();
DROP EXTENSION schemaver;
CREATE TABLE recreated_15 ();
COMMIT;
BEGIN;
CREATE EXTENSION schemaver;
CREATE TABLE recreated_undone ();
ROLLBACK;
CREATE TABLE recreated_16 ();
SELECT count(*) FROM recreate.relations;

-- In DO blocks.
DO $$ BEGIN
    CREATE EXTENSION schemaver;
    CREATE TABLE recreated_17 ();
    BEGIN
        DROP EXTENSION schemaver;
        RAISE EXCEPTION 'undo';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
    ALTER TABLE recreated_17 ADD id int;
END $$;
:check

-- What it does not allow, and what it survives.
\set VERBOSITY terse
ALTER EXTENSION schemaver UPDATE;
ALTER EXTENSION schemaver SET SCHEMA public;
DROP SCHEMA schemaver;
ALTER SCHEMA schemaver RENAME TO elsewhere;
CREATE ROLE regress_recreate;
SET ROLE regress_recreate;
DROP EXTENSION schemaver;
ALTER EXTENSION schemaver UPDATE;
DROP EVENT TRIGGER schemaver_capture;
DROP TABLE schemaver.command;
TRUNCATE schemaver.command;
RESET ROLE;
DROP TABLE schemaver.command;
DROP EVENT TRIGGER schemaver_capture;
CREATE TABLE recreated_18 ();
:check
DROP SCHEMA schemaver CASCADE;
CREATE TABLE recreated_19 ();
CREATE EXTENSION schemaver;
:check
DROP EXTENSION schemaver CASCADE;
DROP ROLE regress_recreate;
SELECT 'DROP TABLE ' || string_agg(name::text, ', ' ORDER BY name::text COLLATE "C") FROM recreate.relations \gexec
DROP SCHEMA recreate CASCADE;
