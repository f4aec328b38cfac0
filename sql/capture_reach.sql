-- Objects that a command changes although its event does not name them, and identities that pass from one object to
-- another. test/random-ddl and PostgreSQL's own regression suite have shown these; each is a bug that was.
SET client_min_messages = error;
CREATE EXTENSION schemaver;
CREATE SCHEMA watch;
CREATE TABLE watch.seen (commit bigint);
CREATE VIEW watch.changes AS
SELECT h.change || ' ' || h.kind || ' ' || h.identity || COALESCE(', formerly ' || h.former_identity, '') AS changed
FROM schemaver.changes AS h WHERE h.commit > (SELECT max(commit) FROM watch.seen)
ORDER BY h.commit, h.kind COLLATE "C", h.identity COLLATE "C";
CREATE VIEW watch.unexplained AS
SELECT 'UNEXPLAINED ' || kind || ' ' || identity
FROM schemaver.objects('head') AS h FULL JOIN schemaver.objects('live') AS l USING (kind, identity)
WHERE (h.digest, h.schema) IS DISTINCT FROM (l.digest, l.schema);
\set check 'SELECT * FROM watch.changes; SELECT * FROM watch.unexplained; INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;'
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA app;
CREATE SCHEMA other;
SET search_path = app;
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;

-- ALTER TYPE makes the indexes anew, although the type is the same; then they are moved.
CREATE TABLE retyped (id int, name text, UNIQUE (id, name));
ALTER TABLE retyped ALTER name TYPE text;
:check
ALTER TABLE retyped SET SCHEMA other;
:check

-- Those of partitions are given the names that they would be given now.
CREATE TABLE parted (a int, b varchar) PARTITION BY LIST (a);
CREATE TABLE part_one PARTITION OF parted FOR VALUES IN (1);
CREATE INDEX ON parted (b);
ALTER TABLE part_one RENAME TO part_two;
CREATE TABLE part_one PARTITION OF parted DEFAULT;
:check
ALTER TABLE parted ALTER b TYPE text;
:check

-- REINDEX CONCURRENTLY as well, and no event tells; then they are renamed, moved, and their schema renamed.
CREATE TABLE rebuilt (id int PRIMARY KEY, name text);
CREATE INDEX rebuilt_name ON rebuilt (name);
:check
REINDEX TABLE CONCURRENTLY rebuilt;
ALTER INDEX rebuilt_name RENAME TO rebuilt_by_name;
:check
REINDEX TABLE CONCURRENTLY rebuilt;
ALTER TABLE rebuilt SET SCHEMA other;
:check
REINDEX TABLE CONCURRENTLY other.rebuilt;
ALTER SCHEMA other RENAME TO another;
:check
REINDEX TABLE CONCURRENTLY another.rebuilt;
DROP TABLE another.rebuilt;
:check

-- An operator names its commutator without depending on it, and not always is that mutual (the server has ways to
-- get there that differ from version to version).
CREATE OPERATOR +! (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE OPERATOR another.@! (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl, COMMUTATOR = +!);
:check
ALTER OPERATOR +! (int, int) SET SCHEMA another;
:check
UPDATE pg_operator SET oprcom = 0 WHERE oprname = '+!';
DROP OPERATOR another.+! (int, int);
:check

-- A member of an operator family goes with its function.
CREATE FUNCTION hash_seeded(int, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE OPERATOR CLASS hashed FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 2 hash_seeded(int, bigint);
:check
DROP OPERATOR CLASS hashed USING hash;
DROP FUNCTION hash_seeded(int, bigint);
:check

-- An attribute of a composite type goes with its own type.
CREATE TYPE inner_type AS (a int);
CREATE TYPE outer_type AS (a int, b inner_type);
:check
DROP TYPE inner_type CASCADE;
:check

-- Another object under the name of one that was renamed is a new object.
CREATE TYPE first_pair AS (a int);
ALTER TYPE first_pair RENAME TO second_pair;
:check
CREATE TYPE first_pair AS (b text);
:check
-- Two swap their names.
BEGIN;
ALTER TYPE first_pair RENAME TO passing;
ALTER TYPE second_pair RENAME TO first_pair;
ALTER TYPE passing RENAME TO second_pair;
COMMIT;
:check

-- CREATE OR REPLACE of what is there, and a new name in the same transaction.
CREATE VIEW replaced AS SELECT 1 AS one;
:check
CREATE OR REPLACE VIEW replaced AS SELECT 1 AS one;
:check
BEGIN;
CREATE OR REPLACE VIEW replaced AS SELECT 2 AS one;
ALTER VIEW replaced RENAME TO replaced_and_renamed;
COMMIT;
:check

-- What is made and altered in one transaction.
BEGIN;
CREATE TABLE made (a int);
ALTER TABLE made ADD CONSTRAINT made_key PRIMARY KEY (a);
COMMIT;
:check

-- A condition of a trigger that names system columns.
CREATE TABLE conditions (a int);
CREATE TRIGGER conditional AFTER UPDATE ON conditions FOR EACH ROW
    WHEN (new.tableoid = old.tableoid AND new.a <> 0) EXECUTE FUNCTION suppress_redundant_updates_trigger();
:check
SELECT schemaver.describe('trigger', 'conditional on app.conditions') -> 'structure' ->> 'when';

-- Names that are too long are cut, and only the command itself says so.
SET client_min_messages = notice;
CREATE TABLE long_names (a_name_that_is_so_long_that_no_catalog_of_the_server_has_room_for_all_of_it int);
RESET client_min_messages;
SET client_min_messages = error;
:check

-- What is made of a temporary object goes with the session, and is no part of the schema.
CREATE TEMP TABLE passing (a int);
CREATE FUNCTION of_passing(passing) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE DOMAIN domain_of_passing AS passing[];
:check
DROP TABLE passing CASCADE;
:check
CREATE TEMP TABLE passing (a int, b int);
CREATE STATISTICS app.of_passing ON a, b FROM passing;
CREATE TABLE staying (a int);
:check
DROP TABLE passing;
CREATE TEMP TABLE passing (a int);
DROP TABLE passing, staying;
:check
-- So that a drop of temporary tables alone need not be looked at afterwards, it is noted before.
SELECT evttags FROM pg_event_trigger WHERE evtname = 'schemaver_capture_start';
-- A temporary table whose drop fails, in the middle of another drop.
CREATE TABLE staying (a int);
CREATE FUNCTION drop_passing() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE object_name = 'staying') THEN
        CREATE TEMP TABLE passing (a int);
        CREATE VIEW pg_temp.of_passing AS SELECT a FROM passing;
        BEGIN
            DROP TABLE passing;
        EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
        END;
        DROP VIEW pg_temp.of_passing;
        DROP TABLE passing;
    END IF;
END $$;
CREATE EVENT TRIGGER a_drop_passing ON sql_drop EXECUTE FUNCTION drop_passing();
:check
DROP TABLE staying;
:check
DROP EVENT TRIGGER a_drop_passing;
DROP FUNCTION drop_passing();
:check

-- Members of an extension: what becomes one is no object of its own any more, and rights on one go where it goes.
CREATE FUNCTION joining() RETURNS int LANGUAGE sql AS 'SELECT 1';
:check
ALTER EXTENSION plpgsql ADD FUNCTION joining();
:check
ALTER EXTENSION plpgsql DROP FUNCTION joining();
:check
CREATE TABLE joining_table (a int PRIMARY KEY);
ALTER EXTENSION plpgsql ADD TABLE joining_table;
:check
ALTER TABLE joining_table ADD CONSTRAINT joining_key UNIQUE (a);
:check
ALTER EXTENSION plpgsql DROP TABLE joining_table;
:check

-- A table OF a type has what the type has.
CREATE TYPE pair AS (a int, b text);
CREATE TABLE typed OF pair;
:check
ALTER TYPE pair ADD ATTRIBUTE c int CASCADE;
:check

-- Up to 15 a rule makes a view of a table. Since then there is no such thing.
CREATE TABLE becoming (a int);
:check
DO $$ BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        CREATE RULE "_RETURN" AS ON SELECT TO becoming DO INSTEAD SELECT 1 AS a;
    ELSE
        DROP TABLE becoming;
        CREATE VIEW becoming AS SELECT 1 AS a;
    END IF;
END $$;
:check
ALTER VIEW becoming RENAME TO became;
:check

-- What follows down to partitions and children, and the event names the parent alone.
CREATE TABLE whole (a int, b text) PARTITION BY LIST (a);
CREATE TABLE half PARTITION OF whole DEFAULT PARTITION BY LIST (a);
CREATE TABLE quarter PARTITION OF half DEFAULT;
CREATE TABLE elder (b text);
CREATE TABLE younger () INHERITS (elder);
:check
ALTER TABLE whole ALTER b SET STATISTICS 7;
:check
ALTER TABLE elder ALTER b SET STORAGE plain;
:check

-- The index behind a constraint gives it its name.
CREATE TABLE keyed (a int PRIMARY KEY);
:check
ALTER INDEX keyed_pkey RENAME TO keyed_key;
:check

-- EXPLAIN ANALYZE makes what it explains; in a transaction that is rolled back, and without ANALYZE, it does not.
EXPLAIN ANALYZE CREATE TABLE explained AS SELECT 1 AS a \g /dev/null
:check
EXPLAIN ANALYZE CREATE TABLE IF NOT EXISTS explained AS SELECT 1 AS a \g /dev/null
EXPLAIN CREATE TABLE not_made AS SELECT 1 AS a \g /dev/null
EXPLAIN ANALYZE CREATE TEMP TABLE passing AS SELECT 1 AS a \g /dev/null
BEGIN;
EXPLAIN ANALYZE SELECT 1 AS a INTO not_made \g /dev/null
ROLLBACK;
:check
DO $$ BEGIN EXECUTE 'EXPLAIN ANALYZE CREATE MATERIALIZED VIEW explained_view AS SELECT 1 AS a'; END $$;
:check
SELECT tag, objects, statement FROM schemaver.commands ORDER BY commit DESC LIMIT 1;

-- REINDEX and REFRESH change nothing, but for an invalid index, which they make valid where it can be.
CREATE TABLE doubled (a int, b int);
INSERT INTO doubled VALUES (1, 1), (1, 1);
CREATE UNIQUE INDEX CONCURRENTLY doubled_a ON doubled (a);
CREATE UNIQUE INDEX CONCURRENTLY doubled_b ON doubled (b);
CREATE MATERIALIZED VIEW doubled_view AS SELECT a, b FROM doubled;
CREATE UNIQUE INDEX CONCURRENTLY doubled_view_a ON doubled_view (a);
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;
REINDEX INDEX doubled_a;
DELETE FROM doubled;
REINDEX INDEX CONCURRENTLY doubled_a;
:check
SELECT tag, objects, statement FROM schemaver.commands ORDER BY commit DESC LIMIT 1;
REINDEX TABLE doubled;
:check
REFRESH MATERIALIZED VIEW doubled_view;
:check
SELECT tag, objects FROM schemaver.commands ORDER BY commit DESC LIMIT 1;
REINDEX TABLE doubled;
REINDEX TABLE CONCURRENTLY doubled;
REFRESH MATERIALIZED VIEW doubled_view;
REINDEX SCHEMA app;
SELECT count(*) FROM schemaver.log WHERE commit > (SELECT max(commit) FROM watch.seen);

-- A role's name stands in the definitions of what it owns and may do, and a tablespace's in those of what lies there.
CREATE ROLE regress_schemaver_named;
CREATE TABLE of_role (a int);
ALTER TABLE of_role OWNER TO regress_schemaver_named;
CREATE FUNCTION for_role() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON FUNCTION for_role() TO regress_schemaver_named;
GRANT SELECT (a) ON keyed TO regress_schemaver_named;
CREATE POLICY of_role ON keyed TO regress_schemaver_named USING (true);
ALTER DEFAULT PRIVILEGES FOR ROLE regress_schemaver_named GRANT SELECT ON TABLES TO PUBLIC;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_schemaver_place LOCATION '';
CREATE TABLE placed (a int PRIMARY KEY USING INDEX TABLESPACE regress_schemaver_place) TABLESPACE regress_schemaver_place;
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;
ALTER ROLE regress_schemaver_named RENAME TO regress_schemaver_renamed;
:check
ALTER TABLESPACE regress_schemaver_place RENAME TO regress_schemaver_room;
:check
-- REINDEX moves indexes, too.
REINDEX (TABLESPACE regress_schemaver_room) INDEX doubled_b;
:check
REINDEX (TABLESPACE regress_schemaver_room) TABLE CONCURRENTLY doubled;
:check
REINDEX (TABLESPACE regress_schemaver_room) SCHEMA app;
:check
REINDEX (TABLESPACE pg_default) SCHEMA app;
:check
SELECT tag, objects, statement FROM schemaver.commands ORDER BY commit DESC LIMIT 1;
DROP TABLE placed;
DROP TABLESPACE regress_schemaver_room;
DROP OWNED BY regress_schemaver_renamed;
DROP ROLE regress_schemaver_renamed;

DROP SCHEMA app, another CASCADE;
SELECT * FROM watch.unexplained;
DROP SCHEMA watch CASCADE;
DROP EXTENSION schemaver;
