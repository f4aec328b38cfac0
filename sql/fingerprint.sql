-- One digest for a schema: equal whoever asks and however his session is set, another one for every change; of
-- some facets, or of one schema, only what belongs to it counts.
SET client_min_messages = warning;
CREATE EXTENSION schemaver;
CREATE ROLE regress_schemaver_reader IN ROLE pg_monitor;
CREATE SCHEMA prints;
CREATE SCHEMA other;
CREATE TABLE prints.people (
    id int PRIMARY KEY, name varchar(20) CHECK (name IN ('Ann', 'Bob')), born date DEFAULT '2000-02-01',
    rests interval DEFAULT '1 day 02:03:04', picture bytea DEFAULT '\xdeadbeef', weight float8 DEFAULT 0.1,
    said text DEFAULT E'back\\slash', price money DEFAULT 12.5, at timestamptz DEFAULT '2026-01-02 03:04:05+00', "select" int);
CREATE VIEW prints.adults AS SELECT people.id, "select" FROM prints.people WHERE born < '2008-01-01';
CREATE FUNCTION prints.twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
CREATE SEQUENCE prints.numbers;
CREATE TABLE other.things (id int);
\pset format unaligned
\pset tuples_only on

-- The same for everyone.
CREATE TEMP TABLE expected AS
SELECT exact, schemaver.fingerprint(exact => exact) FROM (VALUES (true), (false)) AS both_ways (exact);
GRANT SELECT ON expected TO PUBLIC;
\set check 'SELECT bool_and(schemaver.fingerprint(exact => exact) = fingerprint) FROM pg_temp.expected;'
:check
SET search_path = prints, other;
:check
SET search_path = '';
:check
RESET search_path;
SET DateStyle = 'German, DMY';
SET TimeZone = 'Asia/Kathmandu';
SET IntervalStyle = 'iso_8601';
SET bytea_output = 'escape';
SET extra_float_digits = -10;
SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET xmlbinary = 'hex';
SET default_transaction_isolation = 'serializable';
:check
RESET ALL;
SET client_min_messages = warning;
SET ROLE regress_schemaver_reader;
:check
RESET ROLE;
BEGIN READ ONLY;
:check
COMMIT;

-- What is no part of the schema.
INSERT INTO other.things VALUES (1);
SELECT nextval('prints.numbers');
ANALYZE other.things;
REINDEX TABLE prints.people;
CREATE TEMP TABLE passing (i int);
:check

-- Sensitive to each change, and to nothing but the change: undone, the fingerprint is the old one.
CREATE FUNCTION other.sensitive(change text, OUT all_facets boolean, OUT structure boolean, OUT security boolean,
    OUT storage boolean, OUT comment boolean, OUT undone boolean) LANGUAGE plpgsql AS $$
DECLARE
    facet_names text[] := '{structure,security,storage,comment}';
    before text[];
    after text[];
BEGIN
    before := ARRAY(SELECT schemaver.fingerprint(scope => 'prints', facets => f) FROM unnest(facet_names) AS f1(name), LATERAL (SELECT ARRAY[name] AS f) AS one)
        || schemaver.fingerprint(scope => 'prints');
    BEGIN
        EXECUTE change;
        after := ARRAY(SELECT schemaver.fingerprint(scope => 'prints', facets => f) FROM unnest(facet_names) AS f1(name), LATERAL (SELECT ARRAY[name] AS f) AS one)
            || schemaver.fingerprint(scope => 'prints');
        RAISE EXCEPTION USING ERRCODE = 'RB000';
    EXCEPTION WHEN SQLSTATE 'RB000' THEN NULL;
    END;
    structure := before[1] <> after[1];
    security := before[2] <> after[2];
    storage := before[3] <> after[3];
    comment := before[4] <> after[4];
    all_facets := before[5] <> after[5];
    undone := before[5] = schemaver.fingerprint(scope => 'prints');
END $$;
SELECT change, differs.*
FROM unnest(ARRAY[
    'ALTER TABLE prints.people ADD email text', 'ALTER TABLE prints.people DROP weight',
    'ALTER TABLE prints.people RENAME said TO says', 'ALTER TABLE prints.people ALTER name TYPE varchar(21)',
    'ALTER TABLE prints.people ALTER born SET DEFAULT ''2000-01-02''', 'ALTER TABLE prints.people ALTER born SET NOT NULL',
    'ALTER TABLE prints.people DROP CONSTRAINT people_name_check', 'ALTER TABLE prints.people ADD UNIQUE (name)',
    'ALTER TABLE prints.people DROP CONSTRAINT people_pkey',
    'CREATE INDEX ON prints.people (name)', 'CREATE SEQUENCE prints.more', 'ALTER SEQUENCE prints.numbers INCREMENT 2',
    'CREATE OR REPLACE VIEW prints.adults AS SELECT id, "select" FROM prints.people WHERE born < ''2008-01-02''',
    'CREATE OR REPLACE FUNCTION prints.twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 3 * i''',
    'ALTER FUNCTION prints.twice STABLE', 'CREATE TYPE prints.mood AS ENUM ()', 'CREATE DOMAIN prints.positive AS int CHECK (VALUE > 0)',
    'CREATE POLICY own ON prints.people', 'ALTER TABLE prints.people ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT ON prints.people TO PUBLIC', 'GRANT SELECT (name) ON prints.people TO PUBLIC',
    'ALTER TABLE prints.people OWNER TO regress_schemaver_reader', 'COMMENT ON TABLE prints.people IS ''people''',
    'COMMENT ON COLUMN prints.people.name IS ''called''', 'ALTER TABLE prints.people SET (fillfactor = 50)',
    'ALTER TABLE prints.people ALTER name SET STORAGE EXTERNAL', 'ALTER TABLE prints.people SET UNLOGGED',
    'ALTER TABLE other.things ADD more int', 'CREATE TABLE other.more ()']) WITH ORDINALITY AS changes (change, number),
    LATERAL other.sensitive(change) AS differs
ORDER BY number;
DROP FUNCTION other.sensitive;
:check

-- Order of creation is no part of it, nor are OIDs.
CREATE TABLE other.a (i int); CREATE TABLE other.b (i int);
SELECT schemaver.fingerprint() AS before \gset
DROP TABLE other.a, other.b;
CREATE TABLE other.b (i int); CREATE TABLE other.a (gone int, i int);
ALTER TABLE other.a DROP gone;
SELECT schemaver.fingerprint() = :'before';

-- The portable one does not see how a list was written; the exact one need not agree.
CREATE VIEW other.written AS SELECT name FROM prints.people WHERE name = ANY (ARRAY['Ann'::varchar, 'Bob'::varchar]::text[]);
SELECT schemaver.fingerprint() AS before \gset
CREATE OR REPLACE VIEW other.written AS SELECT people.name FROM prints.people WHERE people.name = ANY (ARRAY[('Ann'::varchar)::text, ('Bob'::varchar)::text]);
SELECT schemaver.fingerprint() = :'before';

-- What a fingerprint is made of.
SELECT schemaver.fingerprint() ~ '^sv1:[0-9a-f]{64}$', schemaver.fingerprint() = schemaver.fingerprint('head');
SELECT kind, identity, digest ~ '^[0-9a-f]{64}$' FROM schemaver.objects() WHERE schema = 'prints' ORDER BY kind COLLATE "C", identity COLLATE "C";
SELECT schemaver.describe('sequence', 'prints.numbers') ->> 'structure';

DROP SCHEMA prints, other CASCADE;
DROP EXTENSION schemaver;
DROP ROLE regress_schemaver_reader;
