-- Upgrades and their downgrades: does the schema come back, and what is lost on the way?
CREATE EXTENSION schemaver;
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, email text, notes text DEFAULT '');
INSERT INTO people SELECT n, 'person ' || n, CASE WHEN n % 2 = 0 THEN n || '@example.org' END FROM generate_series(1, 10) AS n;
CREATE TABLE old_badges (id integer);
INSERT INTO old_badges SELECT generate_series(1, 7);
CREATE FUNCTION without_times(detail text) RETURNS text LANGUAGE sql RETURN regexp_replace(detail, ' in [0-9.]+ ms', '');
SELECT schemaver.fingerprint() AS before \gset

-- One that comes back.
SELECT phase, finding, object, without_times(detail) AS detail, rows
FROM schemaver.test_migration('ALTER TABLE people ADD COLUMN pager text; CREATE INDEX ON people (pager)', 'ALTER TABLE people DROP COLUMN pager', true);
-- Renames there and back.
SELECT phase, finding, object, without_times(detail) AS detail FROM schemaver.test_migration(
    'ALTER TABLE people RENAME TO persons; ALTER TABLE persons RENAME COLUMN email TO mail',
    'ALTER TABLE persons RENAME COLUMN mail TO email; ALTER TABLE persons RENAME TO people');
-- One that does not: a column comes back behind the others and without its default, an index does not come back.
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    'ALTER TABLE people DROP COLUMN email; CREATE INDEX people_name ON people (name); DROP TABLE old_badges; ALTER TABLE people ALTER notes DROP DEFAULT',
    'ALTER TABLE people ADD COLUMN email text; CREATE TABLE old_badges (id bigint)');
-- What a downgrade would lose of what the upgrade brought.
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    'CREATE TABLE badges (id integer); INSERT INTO badges VALUES (1), (2); TRUNCATE old_badges', 'DROP TABLE badges');
-- Rows that are deleted or updated, and values that another type may not hold. What holds them all is no loss.
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    $u$ DELETE FROM people WHERE id <= 3; UPDATE people SET notes = 'x', name = upper(name) WHERE id > 5;
        ALTER TABLE people ALTER COLUMN id TYPE bigint, ALTER COLUMN email TYPE varchar(5) USING left(email, 5), ALTER COLUMN name TYPE varchar $u$,
    'ALTER TABLE people ALTER COLUMN id TYPE integer, ALTER COLUMN email TYPE text, ALTER COLUMN name TYPE text USING initcap(name)');
-- What the upgrade itself brings is nobody's loss; nor are the rows in which a tool keeps its books.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('1');
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    $u$ ALTER TABLE people ADD COLUMN initial text; UPDATE people SET initial = left(name, 1); INSERT INTO old_badges VALUES (8), (9);
        CREATE TABLE badges (id integer); INSERT INTO badges VALUES (1), (2), (3); DELETE FROM badges WHERE id = 1; UPDATE alembic_version SET version_num = '2' $u$,
    $d$ ALTER TABLE people DROP COLUMN initial; DELETE FROM old_badges WHERE id > 7; DELETE FROM badges; DROP TABLE badges;
        UPDATE alembic_version SET version_num = '1' $d$);
DROP TABLE alembic_version;
-- Rows that foreign keys, triggers and functions delete or update, in partitions, by ON CONFLICT and MERGE; what an error has
-- undone is not lost.
CREATE TABLE kinds (id integer PRIMARY KEY, name text);
CREATE TABLE things (id integer, kind integer REFERENCES kinds ON DELETE CASCADE);
CREATE TABLE log (at integer, line text) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10);
INSERT INTO kinds VALUES (1, 'a'), (2, 'b');
INSERT INTO things VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO log VALUES (1, 'one'), (2, 'two');
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    $u$ DO $x$ BEGIN DELETE FROM people; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $x$;
        DELETE FROM kinds WHERE id = 1; UPDATE log SET line = upper(line);
        INSERT INTO kinds VALUES (2, 'c') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
        MERGE INTO things USING (VALUES (3)) AS v (id) ON things.id = v.id WHEN MATCHED THEN UPDATE SET id = 4 $u$,
    'SELECT 1');
-- What a trigger sets beside the columns of the query is not known; that it may, is said.
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON kinds FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER of_name BEFORE UPDATE OF name ON kinds FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER never BEFORE UPDATE ON kinds FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE kinds DISABLE TRIGGER never;
CREATE TRIGGER stamp_log BEFORE UPDATE ON log_1 FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migration(
    'ALTER TABLE kinds ADD COLUMN initial text; UPDATE kinds SET initial = left(name, 1); UPDATE log SET line = upper(line)',
    'ALTER TABLE kinds DROP COLUMN initial; UPDATE kinds SET name = lower(name)');
DROP TABLE kinds, things, log;
DROP FUNCTION stamp;
-- An upgrade that does another thing the second time.
SELECT phase, finding, object, without_times(detail) AS detail FROM schemaver.test_migration(
    'DO $d$ BEGIN IF EXISTS (SELECT FROM people WHERE id = 11) THEN CREATE TABLE again (); ELSE CREATE TABLE once (); END IF; END $d$',
    'DROP TABLE IF EXISTS once, again; INSERT INTO people VALUES (11, ''new'')', again => true);
-- Errors: in the upgrade, the downgrade, before anything runs.
SELECT phase, finding, object, without_times(detail) AS detail, number, sqlstate, position
FROM schemaver.test_migration('ALTER TABLE people ADD COLUMN pager text; ALTER TABLE nowhere ADD COLUMN x int', 'SELECT 1');
SELECT phase, finding, object, without_times(detail) AS detail, number, sqlstate, position
FROM schemaver.test_migration('ALTER TABLE people ADD COLUMN pager text', 'ALTER TABLE people DROP COLUMN pagre');
SELECT phase, finding, object, detail, sqlstate, position FROM schemaver.test_migration('SELECT 1', 'DORP TABLE x');
SELECT * FROM schemaver.test_migration('SELECT 1', 'VACUUM people');
-- Constraints of schemas that the caller may not use are none of its business.
CREATE SCHEMA not_for_all
    CREATE TABLE closed (id integer PRIMARY KEY, other integer REFERENCES closed INITIALLY DEFERRED);
CREATE ROLE regress_migrator;
GRANT EXECUTE ON FUNCTION schemaver.test_migration(text, text, boolean, interval, interval) TO regress_migrator;
SET ROLE regress_migrator;
SELECT finding, detail FROM schemaver.test_migration('SET search_path = public', 'RESET search_path') WHERE finding <> 'ran';
RESET ROLE;
REVOKE EXECUTE ON FUNCTION schemaver.test_migration(text, text, boolean, interval, interval) FROM regress_migrator;
DROP ROLE regress_migrator;
DROP TABLE not_for_all.closed;
DROP SCHEMA not_for_all;

-- A foreign key that is checked at COMMIT is checked behind each script, and deferred again in the next.
CREATE TABLE nodes (id integer PRIMARY KEY, next integer REFERENCES nodes DEFERRABLE INITIALLY DEFERRED);
SELECT phase, finding, object, without_times(detail) AS detail, sqlstate FROM schemaver.test_migration(
    'INSERT INTO nodes VALUES (1, 2); INSERT INTO nodes VALUES (2, 1)', 'INSERT INTO nodes VALUES (3, 4); INSERT INTO nodes VALUES (4, 3); INSERT INTO nodes VALUES (5, 6)');
DROP TABLE nodes;

-- A chain.
SELECT step, phase, finding, object, without_times(detail) AS detail, rows FROM schemaver.test_migrations(ARRAY[
    ['ALTER TABLE people ADD COLUMN pager text', 'ALTER TABLE people DROP COLUMN pager'],
    ['ALTER TABLE people RENAME COLUMN pager TO phone', 'ALTER TABLE people RENAME COLUMN phone TO pager'],
    ['CREATE VIEW phones AS SELECT phone FROM people', 'DROP VIEW phones']], again => true);
-- The step that is wrong has a name.
SELECT step, phase, finding, object, without_times(detail) AS detail FROM schemaver.test_migrations(ARRAY[
    ['ALTER TABLE people ADD COLUMN pager text', 'ALTER TABLE people DROP COLUMN pager'],
    ['CREATE INDEX people_name ON people (name)', 'SELECT 1'],
    ['CREATE VIEW names AS SELECT name FROM people', 'DROP VIEW names']]) WHERE finding <> 'ran';
SELECT step, phase, finding, without_times(detail) AS detail, sqlstate FROM schemaver.test_migrations(ARRAY[['SELECT 1', 'SELECT 1'], ['SELECT 1', 'DROP TABLE nowhere']]);
SELECT * FROM schemaver.test_migrations(ARRAY['SELECT 1', 'SELECT 1']);
SELECT * FROM schemaver.test_migrations(ARRAY[['SELECT 1', NULL]]);
SELECT * FROM schemaver.test_migrations(ARRAY[['SELECT 1', 'SELECT 1'], ['COMMIT', 'SELECT 1']]);
SELECT finding, detail FROM schemaver.test_migrations('{}');
-- Nothing of it all stays.
SELECT schemaver.fingerprint() = :'before' AS same, (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM old_badges) AS badges;
SELECT count(*) FROM schemaver.diff();
DROP TABLE people, old_badges;
DROP FUNCTION without_times;
DROP EXTENSION schemaver;
