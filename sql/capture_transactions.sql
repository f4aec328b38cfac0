-- What a transaction did is one commit, however it was done: with savepoints, in two phases, by triggers, in one string.
-- After each step :check prints the commits since the last one, their changes, and what the ledger does not explain.
SET client_min_messages = error;
CREATE EXTENSION schemaver;
CREATE SCHEMA watch;
CREATE TABLE watch.seen (commit bigint);
CREATE VIEW watch.commits AS
SELECT 'commit: ' || array_to_string(array(SELECT tag || COALESCE(' ' || array_to_string(objects, ', '), '')
       FROM schemaver.commands AS c WHERE c.commit = l.commit ORDER BY number), '; ') AS did
FROM schemaver.log AS l WHERE l.commit > (SELECT max(commit) FROM watch.seen) ORDER BY commit;
CREATE VIEW watch.changes AS
SELECT '  ' || h.change || ' ' || h.kind || ' ' || h.identity || COALESCE(', formerly ' || h.former_identity, '') AS changed
FROM schemaver.changes AS h WHERE h.commit > (SELECT max(commit) FROM watch.seen)
ORDER BY h.commit, h.kind COLLATE "C", h.identity COLLATE "C";
CREATE VIEW watch.unexplained AS
SELECT 'UNEXPLAINED ' || kind || ' ' || identity
FROM schemaver.objects('head') AS h FULL JOIN schemaver.objects('live') AS l USING (kind, identity)
WHERE (h.digest, h.schema) IS DISTINCT FROM (l.digest, l.schema);
\set check 'SELECT * FROM watch.commits; SELECT * FROM watch.changes; SELECT * FROM watch.unexplained; INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;'
\pset format unaligned
\pset tuples_only on
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;
CREATE SCHEMA app;
SET search_path = app;
:check

-- Savepoints: what was rolled back is not there, what came before and after is.
BEGIN;
CREATE TABLE people (id int);
SAVEPOINT one;
ALTER TABLE people ADD wrong text;
SAVEPOINT two;
CREATE TABLE wrong (id int);
RELEASE two;
ROLLBACK TO one;
ALTER TABLE people ADD name text;
COMMIT;
:check

-- Of all that was done nothing is left: no commit.
BEGIN;
SAVEPOINT one;
CREATE TABLE wrong (id int);
ROLLBACK TO one;
COMMIT;
BEGIN;
CREATE TABLE wrong (id int);
ROLLBACK;
:check

-- A change and its opposite: the commands are there, and no change.
BEGIN;
ALTER TABLE people ADD passing int;
ALTER TABLE people DROP passing;
COMMIT;
:check

-- An error that plpgsql catches takes its subtransaction along.
DO $$
BEGIN
    CREATE TABLE kept (id int);
    BEGIN
        CREATE TABLE lost (id int);
        ALTER TABLE people ADD lost int;
        PERFORM 1 / 0;
    EXCEPTION WHEN division_by_zero THEN
        ALTER TABLE people ADD instead int;
    END;
END $$;
:check

-- In two phases.
BEGIN;
CREATE TABLE prepared (id int);
ALTER TABLE people ADD prepared int;
PREPARE TRANSACTION 'schemaver_one';
COMMIT PREPARED 'schemaver_one';
:check
BEGIN;
CREATE TABLE refused (id int);
PREPARE TRANSACTION 'schemaver_two';
ROLLBACK PREPARED 'schemaver_two';
:check

-- Deferred constraints and triggers: their DDL comes last of all and counts all the same, whenever they fire.
CREATE TABLE orders (name text);
CREATE FUNCTION run_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE new.name; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION run_order();
:check
INSERT INTO orders VALUES ('CREATE TABLE app.by_deferred (id int)');
:check
BEGIN;
INSERT INTO orders VALUES ('ALTER TABLE app.by_deferred ADD name text');
ALTER TABLE people ADD before_it int;
COMMIT;
:check
BEGIN;
ALTER TABLE people ADD early int;
INSERT INTO orders VALUES ('ALTER TABLE app.by_deferred ADD at_once text');
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE people ADD late int;
COMMIT;
:check
-- An error in it takes all.
BEGIN;
CREATE TABLE wrong (id int);
INSERT INTO orders VALUES ('DROP TABLE app.none_such');
COMMIT;
:check

-- A trigger that fires at once, and the function that it calls.
CREATE FUNCTION make_table(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('CREATE TABLE app.%I (id int)', name); END $$;
CREATE TABLE wishes (name text);
CREATE FUNCTION fulfil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM app.make_table(new.name); RETURN NULL; END $$;
CREATE TRIGGER fulfil AFTER INSERT ON wishes FOR EACH ROW EXECUTE FUNCTION fulfil();
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;
INSERT INTO wishes VALUES ('first_wish'), ('second_wish');
:check

-- Several statements in one string are one transaction.
CREATE TABLE string_one (id int)\; CREATE TABLE string_two (id int)\; ALTER TABLE string_one ADD name text;
:check
CREATE TABLE string_three (id int)\; SELECT 1 / 0;
:check

-- CREATE INDEX CONCURRENTLY that fails leaves an invalid index: it is there, and it is recorded.
INSERT INTO people (id) VALUES (1), (1);
CREATE UNIQUE INDEX CONCURRENTLY people_unique ON people (id);
:check
SELECT schemaver.describe('index', 'app.people_unique', 'head') = schemaver.describe('index', 'app.people_unique');
DROP INDEX people_unique;
:check
CREATE INDEX CONCURRENTLY people_id ON people (id);
:check

-- Commands that make several objects.
CREATE SCHEMA whole
    CREATE TABLE parts (id int PRIMARY KEY)
    CREATE VIEW part_ids AS SELECT id FROM parts
    CREATE INDEX parts_id ON parts (id)
    CREATE SEQUENCE numbers;
:check
CREATE TABLE made_by_query AS SELECT id, name FROM people;
SELECT id INTO selected_into FROM people;
CREATE TABLE not_made AS SELECT 1 / 0 AS id;
:check

-- An extension is one object, whatever its script makes.
CREATE EXTENSION hstore VERSION '1.7';
:check
ALTER EXTENSION hstore UPDATE TO '1.8';
:check
ALTER EXTENSION hstore SET SCHEMA whole;
:check
DROP EXTENSION hstore;
:check

-- DROP OWNED: the objects go, and so do the rights on those that stay.
CREATE ROLE regress_schemaver_owner;
GRANT ALL ON SCHEMA app TO regress_schemaver_owner;
CREATE TABLE owned (id int);
CREATE TABLE granted (id int);
ALTER TABLE owned OWNER TO regress_schemaver_owner;
GRANT SELECT ON granted TO regress_schemaver_owner;
GRANT USAGE ON LANGUAGE plpgsql TO regress_schemaver_owner;
CREATE POLICY for_owner ON granted TO regress_schemaver_owner USING (true);
CREATE POLICY for_both ON granted TO regress_schemaver_owner, CURRENT_USER USING (true);
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;
DROP OWNED BY regress_schemaver_owner;
:check
DROP ROLE regress_schemaver_owner;

DROP SCHEMA whole, app CASCADE;
SELECT * FROM watch.unexplained;
DROP SCHEMA watch CASCADE;
DROP EXTENSION schemaver;
