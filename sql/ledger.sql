-- The ledger, a step for each kind of DDL. After each step :check prints what the commits since the last step say
-- they changed, and how far the ledger's head is from the live schema: it must always be 0 differences.
SET client_min_messages = warning;
CREATE ROLE regress_schemaver_other;
CREATE SCHEMA early;
CREATE TABLE early.here_before (id int PRIMARY KEY, note text DEFAULT 'early');
CREATE EXTENSION schemaver;
\pset format unaligned
\pset tuples_only on
SELECT source, change, kind, identity FROM schemaver.changes JOIN schemaver.commits USING (commit)
WHERE identity ~ 'early' ORDER BY kind COLLATE "C", identity COLLATE "C";

CREATE SCHEMA watch;
CREATE TABLE watch.seen (commit bigint);
CREATE VIEW watch.last AS
SELECT h.change || ' ' || h.kind || ' ' || h.identity || COALESCE(', formerly ' || h.former_identity, '') AS changed
FROM schemaver.changes AS h
WHERE h.commit > (SELECT COALESCE(max(commit), 0) FROM watch.seen)
ORDER BY h.commit, h.kind COLLATE "C", h.identity COLLATE "C";
CREATE VIEW watch.differences AS
SELECT count(*) || ' differences' || COALESCE(': ' || string_agg(concat_ws(' ', change, kind, identity, property,
       old_value, '->', new_value), '; '), '') AS head_and_live
FROM schemaver.diff('head', 'live');
\set check 'SELECT * FROM watch.last; SELECT * FROM watch.differences; INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;'
INSERT INTO watch.seen SELECT max(commit) FROM schemaver.log;

-- What was here before is known, and changes from there.
ALTER TABLE early.here_before ALTER note SET DEFAULT 'late';
:check

-- Schemas, tables, columns.
CREATE SCHEMA app;
:check
CREATE TABLE app.people (id serial PRIMARY KEY, name text NOT NULL, born date, UNIQUE (name, born));
:check
-- In one transaction: what ALTER TABLE adds to a table that is new is not reported by itself.
BEGIN;
CREATE TABLE app.together (id int, name text);
ALTER TABLE app.together ADD PRIMARY KEY (id), ADD UNIQUE (name);
CREATE TABLE app.whole (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE app.part (id int NOT NULL);
ALTER TABLE app.whole ATTACH PARTITION app.part FOR VALUES FROM (0) TO (9);
CREATE INDEX ON app.whole (id);
COMMIT;
:check
DROP TABLE app.together, app.whole;
:check
ALTER TABLE app.people ADD COLUMN email varchar(80) CHECK (email LIKE '%@%');
:check
ALTER TABLE app.people ALTER born SET NOT NULL, ALTER born SET DEFAULT '2000-01-01', ADD height int;
:check
ALTER TABLE app.people ALTER height TYPE numeric(5, 2);
:check
ALTER TABLE app.people DROP COLUMN height;
:check
ALTER TABLE app.people ADD full_name text GENERATED ALWAYS AS (name || '!') STORED;
:check
ALTER TABLE app.people SET (fillfactor = 70);
:check
ALTER TABLE app.people ADD CONSTRAINT born_after CHECK (born > '1900-01-01') NOT VALID;
:check
ALTER TABLE app.people VALIDATE CONSTRAINT born_after;
:check
CREATE TABLE app.pets (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner int REFERENCES app.people ON DELETE CASCADE);
:check
CREATE UNLOGGED TABLE app.scratch (LIKE app.people INCLUDING ALL);
:check
ALTER TABLE app.scratch SET LOGGED;
:check
CREATE TABLE app.adults AS SELECT name FROM app.people;
:check
SELECT id INTO app.ids FROM app.people;
:check
CREATE TABLE app.child (extra int) INHERITS (app.people);
:check
ALTER TABLE app.people ADD nick text DEFAULT 'nick';
:check

-- Indexes.
CREATE INDEX people_lower ON app.people (lower(name)) WHERE born IS NOT NULL;
:check
CREATE INDEX CONCURRENTLY people_born ON app.people (born DESC);
:check
ALTER TABLE app.people ALTER born TYPE timestamp;
:check
REINDEX INDEX CONCURRENTLY app.people_born;
:check
DROP INDEX CONCURRENTLY app.people_born;
:check
ALTER TABLE app.people REPLICA IDENTITY FULL;
:check

-- Sequences.
CREATE SEQUENCE app.numbers INCREMENT 5;
:check
ALTER SEQUENCE app.numbers MAXVALUE 1000 OWNED BY app.people.id;
:check

-- Types.
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
:check
ALTER TYPE app.mood ADD VALUE 'content' BEFORE 'happy';
:check
ALTER TABLE app.people ADD mood app.mood DEFAULT 'sad';
:check
ALTER TYPE app.mood RENAME VALUE 'sad' TO 'gloomy';
:check
CREATE DOMAIN app.percent AS int CHECK (VALUE BETWEEN 0 AND 100);
:check
ALTER DOMAIN app.percent ADD CONSTRAINT even CHECK (VALUE % 2 = 0);
:check
ALTER DOMAIN app.percent DROP CONSTRAINT even;
:check
ALTER DOMAIN app.percent SET DEFAULT 2;
:check

-- Functions, views, rules, triggers, policies.
CREATE FUNCTION app.double(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
:check
CREATE OR REPLACE FUNCTION app.double(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + i';
:check
CREATE PROCEDURE app.nothing() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
:check
CREATE VIEW app.named AS SELECT id, name, app.double(id) AS twice FROM app.people;
:check
CREATE VIEW app.over_named AS SELECT * FROM app.named;
:check
CREATE MATERIALIZED VIEW app.counted AS SELECT mood, count(*) AS n FROM app.people GROUP BY mood;
:check
CREATE UNIQUE INDEX counted_mood ON app.counted (mood);
:check
REFRESH MATERIALIZED VIEW app.counted;
:check
CREATE RULE no_delete AS ON DELETE TO app.pets DO INSTEAD NOTHING;
:check
CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE OF name ON app.people FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION app.stamp();
:check
ALTER TABLE app.people DISABLE TRIGGER stamp;
:check
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.people FOR SELECT USING (name = current_user);
:check
ALTER POLICY own ON app.people USING (name = session_user);
:check

-- Comments, owners, privileges.
COMMENT ON TABLE app.people IS 'whom we know';
COMMENT ON COLUMN app.people.name IS 'what they are called';
:check
COMMENT ON FUNCTION app.double(int) IS 'twice as much';
:check
COMMENT ON POLICY own ON app.people IS 'only oneself';
:check
GRANT SELECT ON app.people TO regress_schemaver_other;
:check
GRANT UPDATE (name) ON app.people TO regress_schemaver_other;
:check
GRANT SELECT ON ALL TABLES IN SCHEMA app TO regress_schemaver_other;
:check
REVOKE SELECT ON app.people FROM regress_schemaver_other;
:check
GRANT USAGE ON SCHEMA app TO regress_schemaver_other;
:check
REVOKE EXECUTE ON FUNCTION app.double(int) FROM PUBLIC;
:check
ALTER TABLE app.pets OWNER TO regress_schemaver_other;
:check
ALTER DEFAULT PRIVILEGES IN SCHEMA early GRANT SELECT ON TABLES TO regress_schemaver_other;
CREATE TABLE early.granted ();
:check

-- Renames, and what follows them.
ALTER TABLE app.people RENAME TO persons;
:check
ALTER TABLE app.persons RENAME COLUMN name TO called;
:check
ALTER TABLE app.persons RENAME CONSTRAINT born_after TO born_late;
:check
ALTER INDEX app.people_lower RENAME TO persons_lower;
:check
ALTER VIEW app.named RENAME TO with_names;
:check
ALTER FUNCTION app.double(int) RENAME TO twice;
:check
ALTER TYPE app.mood RENAME TO temper;
:check
ALTER TRIGGER stamp ON app.persons RENAME TO stamped;
:check
ALTER POLICY own ON app.persons RENAME TO oneself;
:check
ALTER SEQUENCE app.people_id_seq RENAME TO persons_id_seq;
:check
ALTER SCHEMA app RENAME TO application;
:check
ALTER TABLE application.adults SET SCHEMA early;
:check
BEGIN;
ALTER TABLE early.adults RENAME TO between;
ALTER TABLE early.here_before RENAME TO adults;
ALTER TABLE early.between RENAME TO here_before;
COMMIT;
:check

-- Partitions.
CREATE TABLE early.measured (at date NOT NULL, value int) PARTITION BY RANGE (at);
CREATE TABLE early.measured_2025 PARTITION OF early.measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
:check
CREATE TABLE early.measured_2026 (at date NOT NULL, value int);
ALTER TABLE early.measured ATTACH PARTITION early.measured_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
:check
CREATE INDEX ON early.measured (value);
:check
ALTER TABLE early.measured ADD unit text NOT NULL DEFAULT 'm';
:check
ALTER TABLE early.measured ADD PRIMARY KEY (at);
:check
CREATE TRIGGER stamp BEFORE INSERT ON early.measured FOR EACH ROW EXECUTE FUNCTION application.stamp();
:check
ALTER TABLE early.measured RENAME unit TO measure;
:check
ALTER TABLE early.measured DETACH PARTITION early.measured_2025;
:check
ALTER TABLE early.measured DETACH PARTITION early.measured_2026 CONCURRENTLY;
:check

-- Only what is committed is recorded.
BEGIN;
CREATE TABLE application.undone ();
ROLLBACK;
BEGIN;
CREATE TABLE application.kept ();
SAVEPOINT s;
CREATE TABLE application.undone ();
ALTER TABLE application.kept ADD undone int;
ROLLBACK TO s;
ALTER TABLE application.kept ADD kept int;
COMMIT;
:check
BEGIN;
SAVEPOINT s;
CREATE TABLE application.undone ();
ROLLBACK TO s;
COMMIT;
SELECT count(*) || ' new commits' FROM schemaver.log WHERE commit > (SELECT max(commit) FROM watch.seen);
BEGIN;
CREATE TABLE application.passing ();
DROP TABLE application.passing;
COMMIT;
:check
DO $$ BEGIN
    FOR i IN 1 .. 3 LOOP
        EXECUTE format('CREATE TABLE application.made_%s (i int)', i);
        BEGIN
            EXECUTE format('ALTER TABLE application.made_%s ADD undone int', i);
            RAISE EXCEPTION 'undo';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END $$;
:check
SELECT commands, changes FROM schemaver.commits LIMIT 1;
SELECT summary FROM schemaver.log LIMIT 1;
BEGIN;
ALTER TABLE application.made_1 RENAME TO gone;
DROP TABLE application.gone;
CREATE TABLE application.made_1 (i int);
COMMIT;
:check
DROP TABLE application.made_2; CREATE TABLE application.made_2 (i int);
:check

-- Temporary objects leave no trace.
CREATE TEMP TABLE passing (i int PRIMARY KEY);
CREATE TEMP TABLE passing_too AS SELECT 1 AS i;
CREATE TEMP VIEW passing_view AS SELECT * FROM passing;
CREATE INDEX ON passing (i);
ALTER TABLE passing ADD t text;
DROP TABLE passing CASCADE;
SELECT count(*) || ' new commits' FROM schemaver.log WHERE commit > (SELECT max(commit) FROM watch.seen);

-- No way around, but for the one that is meant to be.
SET session_replication_role = replica;
CREATE TABLE application.as_replica ();
RESET session_replication_role;
:check
SET schemaver.capture = off;
CREATE TABLE application.by_hand ();
RESET schemaver.capture;
SELECT change, kind, identity, captured FROM schemaver.diff('head', 'live');
DROP TABLE application.by_hand;
:check

-- Messages, users, revisions, texts.
CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO public.alembic_version VALUES ('001_first');
BEGIN;
SET LOCAL schemaver.message = 'a column for the second revision';
SET LOCAL ROLE regress_schemaver_other;
ALTER TABLE application.pets ADD second int;
RESET ROLE;
UPDATE public.alembic_version SET version_num = '002_second';
COMMIT;
SELECT revision_before, revision_after, message, commands, changes, who = session_user, application FROM schemaver.commits LIMIT 1;
SELECT effective_user, tag, objects, statement FROM schemaver.commands LIMIT 1;
:check

-- Things go, with what hangs on them.
ALTER TABLE application.persons DROP COLUMN called CASCADE;
:check
DROP TYPE application.temper CASCADE;
:check
DROP FUNCTION application.stamp() CASCADE;
:check
DROP OWNED BY regress_schemaver_other;
:check
DROP SCHEMA application, early CASCADE;
:check
SELECT kind, identity FROM schemaver.objects('head') WHERE identity ~ 'application|early';

-- The history can be asked of any commit.
SELECT count(*) > 100 FROM schemaver.log;
SELECT string_agg(identity, ' ' ORDER BY identity) FROM schemaver.objects('commit:' || (SELECT min(commit) FROM schemaver.log))
WHERE identity ~ 'early';
SELECT schemaver.fingerprint('head') = schemaver.fingerprint('live');

DROP SCHEMA watch CASCADE;
DROP TABLE public.alembic_version;
DROP EXTENSION schemaver;
DROP ROLE regress_schemaver_other;
