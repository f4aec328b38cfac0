-- history(), blame() and the views of commits: what they say, by which names, and who may ask.
SET client_min_messages = warning;
CREATE ROLE regress_schemaver_reader;
CREATE SCHEMA app;
CREATE TABLE app.before (id integer PRIMARY KEY, note text);
CREATE EXTENSION schemaver;

CREATE TABLE app.people (id integer PRIMARY KEY, mail varchar(50), note text);
BEGIN;
SET LOCAL schemaver.message = 'addresses may be long';
ALTER TABLE app.people ALTER mail TYPE text;
COMMIT;
ALTER TABLE app.people RENAME COLUMN mail TO email;
ALTER TABLE app.people ADD CONSTRAINT small CHECK (id < 1000), ADD UNIQUE (email);
ALTER TABLE app.people RENAME CONSTRAINT small TO tiny;
ALTER TABLE app.people RENAME TO persons;
CREATE SCHEMA "Odd Name";
ALTER TABLE app.persons SET SCHEMA "Odd Name";
COMMENT ON TABLE "Odd Name".persons IS 'whom we know';
GRANT SELECT ON "Odd Name".persons TO regress_schemaver_reader;
ALTER TABLE "Odd Name".persons DROP COLUMN note, ADD COLUMN note text;
CREATE TABLE app.people (id integer);

-- The log reads like git's. Revisions, several commands in one transaction, the schema that was there before.
CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO public.alembic_version VALUES ('001');
BEGIN;
CREATE TABLE app.steps (id serial);
UPDATE public.alembic_version SET version_num = '002';
ALTER TABLE app.steps ADD a int;
ALTER TABLE app.steps ADD b int;
ALTER TABLE app.steps ADD c int;
ALTER TABLE app.steps ADD d int;
COMMIT;
ALTER TABLE app.steps DROP COLUMN d;
SELECT commit, who = session_user AS own, application, revision, summary, message FROM schemaver.log;
SELECT count(*) = 1, min(at) = date_trunc('second', min(at)) FROM schemaver.log WHERE commit = 2;
SELECT source, commands, changes, revision_before, revision_after, postponed,
       transaction = (SELECT max(transaction) FROM schemaver.command) AS last
FROM schemaver.commits LIMIT 1;

-- The story of an object, whichever of its names is given; a name that was taken again is its last owner's.
SELECT commit, change, object, former_identity, command, what, message FROM schemaver.history('persons');
SELECT count(*), min(commit), max(commit) FROM schemaver.history('"Odd Name".persons');
SELECT count(*), min(commit), max(commit) FROM schemaver.history('app.persons');
SELECT commit, change, object, command, what FROM schemaver.history('app.people');
SELECT change, object, command, what FROM schemaver.history('Before');
DROP TABLE app.people;
SELECT commit, change, object, command, what FROM schemaver.history('app.people');
CREATE TABLE app.people (id bigint);
SELECT commit, change, object, what FROM schemaver.history('app.people');
SELECT change, object, revision FROM schemaver.history('steps');

-- Also a name that was taken again in the transaction that gave it up, or after its owner went under another name.
BEGIN;
ALTER TABLE app.steps RENAME TO old_steps;
CREATE TABLE app.steps (s int);
COMMIT;
SELECT change, object, former_identity FROM schemaver.history('app.steps');
SELECT change, object, former_identity FROM schemaver.history('app.old_steps') LIMIT 1;
ALTER TABLE app.steps RENAME TO dropped;
DROP TABLE app.dropped;
CREATE TABLE app.steps (t int);
SELECT change, object, former_identity FROM schemaver.history('app.steps');
SELECT count(*) AS differences FROM schemaver.diff();

-- Two tables that swap their names keep their stories.
CREATE TABLE app.left (l int);
CREATE TABLE app.right (r int);
BEGIN;
ALTER TABLE app.left RENAME TO between;
ALTER TABLE app.right RENAME TO "left";
ALTER TABLE app.between RENAME TO "right";
COMMIT;
SELECT change, object, former_identity, what FROM schemaver.history('app.right');
SELECT change, object, former_identity, what FROM schemaver.history('app."left"');

-- Functions, triggers, indexes, what follows a rename.
CREATE FUNCTION app.double(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';
CREATE OR REPLACE FUNCTION app.double(i int) RETURNS int LANGUAGE sql AS E'SELECT\n  i + i';
CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamped BEFORE INSERT ON app.before FOR EACH ROW EXECUTE FUNCTION app.stamp();
ALTER TABLE app.before RENAME TO after;
SELECT change, object, what FROM schemaver.history('double');
SELECT change, object, what FROM schemaver.history('app.double(integer)');
SELECT change, object, former_identity, command, what FROM schemaver.history('stamped on after');
SELECT change, object, what FROM schemaver.history('before_pkey');
CREATE VIEW app.seen AS SELECT id FROM app.after;
DROP VIEW app.seen;
CREATE VIEW app.seen AS SELECT id, note FROM app.after;
SELECT change, object, what FROM schemaver.history('seen');
DROP TABLE app.after CASCADE;
SELECT change, object, command FROM schemaver.history('seen') LIMIT 1;

-- Which commit made each part what it is.
SELECT element, definition, commit, change, since, command, message FROM schemaver.blame('persons');
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
ALTER TYPE app.mood ADD VALUE 'so-so' AFTER 'sad';
ALTER TYPE app.mood RENAME VALUE 'sad' TO 'gloomy';
SELECT element, definition, change, command FROM schemaver.blame('mood');
CREATE DOMAIN app.percent AS int CHECK (VALUE > 0);
ALTER DOMAIN app.percent SET DEFAULT 2;
SELECT element, definition, change, command FROM schemaver.blame('percent', 'type');
SELECT element, definition, change, command FROM schemaver.blame('double');
SELECT element, change, command FROM schemaver.blame('app', 'schema');

-- Names that lead nowhere, or to several.
CREATE FUNCTION app.error_of(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
    EXECUTE 'SELECT count(*) FROM ' || call;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION app.double(t text) RETURNS text LANGUAGE sql AS 'SELECT t || t';
CREATE SCHEMA mood;
SELECT app.error_of(call) FROM (VALUES
    ('schemaver.history(''perosns'')'), ('schemaver.history(''persons'', ''view'')'), ('schemaver.history(''xyz'')'),
    ('schemaver.history('''')'), ('schemaver.history(NULL)'), ('schemaver.blame(NULL)'),
    ('schemaver.history(''double'')'), ('schemaver.history(''double(text)'')'),
    ('schemaver.history(''mood'')'), ('schemaver.history(''mood'', ''type'')'),
    ('schemaver.blame(''seen'')'), ('schemaver.history(''steps_id_seq'')')) AS calls (call);

-- Whoever may ask. An address is not for everyone, and is not dumped.
GRANT USAGE ON SCHEMA app TO regress_schemaver_reader;
SET ROLE regress_schemaver_reader;
SELECT count(*) > 5 FROM schemaver.history('persons');
SELECT count(*) > 5 FROM schemaver.blame('persons');
SELECT count(*) > 20 FROM schemaver.log;
SELECT count(*) > 20 FROM schemaver.commits;
SELECT app.error_of(call) FROM (VALUES ('schemaver.connection'), ('schemaver.commands')) AS calls (call);
RESET ROLE;
GRANT pg_monitor TO regress_schemaver_reader;
SET ROLE regress_schemaver_reader;
SELECT count(*) > 20, count(client_address) FROM schemaver.commands;
RESET ROLE;
SELECT count(*) FROM pg_extension, unnest(extconfig) AS dumped WHERE dumped = 'schemaver.connection'::regclass;

-- Indexes are searched below SQL, by the bytes of texts, whatever the database's collation.
SELECT c.relname, k.used FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid,
       unnest(i.indcollation) AS k (used)
WHERE c.relnamespace = 'schemaver'::regnamespace AND k.used NOT IN (0, 'pg_catalog."C"'::regcollation);

-- The views read no more than they are asked for.
CREATE FUNCTION app.scans_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Seq Scan on|Bitmap|Hash|Scan Backward using' THEN RETURN NEXT trim(line, ' ->'); END IF;
    END LOOP;
END $$;
INSERT INTO schemaver.commit SELECT timeline, 1000 + i, (i + 1000000)::text::xid8, now(), 'ddl', 'x', NULL, NULL, NULL, NULL, 1, 1, NULL, NULL
FROM schemaver.current_timelines(), generate_series(1, 10000) AS i;
INSERT INTO schemaver.command SELECT timeline, (i + 1000000)::text::xid8, 1, now(), 'ALTER TABLE', 'x', '{table public.t}', NULL, NULL
FROM schemaver.current_timelines(), generate_series(1, 10000) AS i;
INSERT INTO schemaver.change SELECT timeline, 1000 + i, 1, 'modified', 'table', 'public.t' || i % 100, 'public', NULL, NULL, NULL, 1259, 1000000 + i % 100, 1, false
FROM schemaver.current_timelines(), generate_series(1, 10000) AS i;
ANALYZE schemaver.commit, schemaver.command, schemaver.change;
SELECT app.scans_of('SELECT * FROM schemaver.log LIMIT 20');
SELECT app.scans_of('SELECT * FROM schemaver.log WHERE commit = 1234');
SELECT app.scans_of('SELECT * FROM schemaver.commands WHERE commit = 1234');
SELECT app.scans_of('SELECT * FROM schemaver.changes WHERE commit = 1234');
SELECT commit, summary FROM schemaver.log LIMIT 2;
SELECT tag FROM schemaver.commands WHERE commit = 1234;

-- Line breaks in messages and names make no lines of their own.
SET schemaver.message = E'fine\n  99 | 2001-01-01 | postgres | DROP TABLE x';
CREATE TABLE app."two
lines" ();
RESET schemaver.message;
SELECT summary, message FROM schemaver.log WHERE commit = (SELECT max(commit) FROM schemaver.changes WHERE identity ~ 'lines');
SELECT message FROM schemaver.commits WHERE commit = (SELECT max(commit) FROM schemaver.changes WHERE identity ~ 'lines');

-- A dump that is loaded where its history is already brings each row again; each is shown once.
CREATE VIEW app.counts AS
SELECT (SELECT count(*) FROM schemaver.log) AS log, (SELECT count(*) FROM schemaver.commands) AS commands,
       (SELECT count(*) FROM schemaver.changes) AS changes, (SELECT count(*) FROM schemaver.history('persons')) AS history;
SELECT * FROM app.counts \gset
INSERT INTO schemaver.commit SELECT * FROM schemaver.commit;
INSERT INTO schemaver.command SELECT * FROM schemaver.command;
INSERT INTO schemaver.change SELECT * FROM schemaver.change;
SELECT log - :log, commands - :commands, changes - :changes, history - :history FROM app.counts;
DROP VIEW app.counts;

DROP EXTENSION schemaver;
DROP SCHEMA app, "Odd Name", mood CASCADE;
DROP TABLE public.alembic_version;
DROP ROLE regress_schemaver_reader;
