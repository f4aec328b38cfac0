-- Rows that are kept with a version: which, how much of them, who may have them, and that they come back.
CREATE EXTENSION schemaver;
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA shop;
-- The table that is referred to comes behind in the alphabet, and its rows refer to each other.
CREATE TABLE shop.zones (code text PRIMARY KEY, inside text REFERENCES shop.zones, name text NOT NULL,
    label text GENERATED ALWAYS AS (upper(name)) STORED);
CREATE TABLE shop."Carriers" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, zone text NOT NULL REFERENCES shop.zones,
    "Days" int[], since date DEFAULT '2020-01-01', note text);
CREATE TABLE shop.rates (id serial, weight numeric, active boolean, span interval, raw bytea) PARTITION BY LIST (active);
CREATE TABLE shop.rates_active PARTITION OF shop.rates FOR VALUES IN (true);
CREATE TABLE shop.rates_other PARTITION OF shop.rates DEFAULT;
CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'not by hand'; END $$;
INSERT INTO shop.zones VALUES ('w', NULL, 'World'), ('e', 'w', 'Europe'), ('d', 'e', E'It''s \\ "de"');
INSERT INTO shop."Carriers" (zone, "Days", note) VALUES ('d', '{1,NULL,3}', NULL), ('e', NULL, E'two\nlines'), ('w', '{}', '');
INSERT INTO shop.rates (weight, active, span, raw) VALUES (1.50, true, '1 day 2:03', '\x00ff'), (2, NULL, NULL, NULL);
CREATE TRIGGER refuse BEFORE INSERT ON shop.zones FOR EACH ROW EXECUTE FUNCTION shop.refuse();
CREATE VIEW shop.names AS SELECT name FROM shop.zones;
CREATE TABLE shop.large AS SELECT i, repeat('x', 100) AS filler FROM generate_series(1, 10001) AS i;
CREATE TABLE shop.twice ();
CREATE SCHEMA more;
CREATE TABLE more.twice ();

SELECT schemaver.tag('v1', tables => ARRAY['shop.zones', '"Carriers"', 'rates', 'zones', 'more.twice']) = schemaver.fingerprint() AS same;
SELECT schemaver.version_info('v1') -> 'kept_rows';
-- The settings of the session are none of the script's.
SET DateStyle = 'German';
SET bytea_output = 'escape';
SELECT statement FROM schemaver.schema_sql('v1', with_rows => true) AS statement WHERE statement ~ '^(INSERT|SELECT)';
RESET DateStyle;
RESET bytea_output;
SELECT count(*) FROM schemaver.schema_sql('v1') AS statement WHERE statement ~ '^(INSERT|SELECT)';
-- As they were, whatever has become of the tables.
DROP TABLE shop.rates;
UPDATE shop.zones SET name = 'Earth' WHERE code = 'w';
ALTER TABLE shop."Carriers" RENAME TO carriers;
SELECT string_agg(statement, E'\n') AS script, schemaver.fingerprint('v1') AS expected FROM schemaver.schema_sql('v1', true) AS statement \gset
SELECT current_database() AS origin \gset
\connect postgres
CREATE DATABASE regress_schemaver_rows TEMPLATE template0;
\connect regress_schemaver_rows
\o /dev/null
:script
\o
SET search_path = public;
SELECT * FROM shop.zones;
SELECT * FROM shop."Carriers";
SELECT * FROM shop.rates;
CREATE EXTENSION schemaver;
SELECT schemaver.fingerprint() = :'expected' AS same;
INSERT INTO shop."Carriers" (zone) VALUES ('w') RETURNING id;
INSERT INTO shop.rates DEFAULT VALUES RETURNING id;
\connect :origin
SET client_min_messages = warning;
DROP DATABASE regress_schemaver_rows;

-- What cannot be kept.
SELECT schemaver.tag('v2', tables => ARRAY['shop.names']);
SELECT schemaver.tag('v2', tables => ARRAY['shop.zonnes']);
SELECT schemaver.tag('v2', tables => ARRAY['twice']);
SELECT schemaver.tag('v2', tables => ARRAY['shop.zones'], at => 'head');
CREATE FUNCTION shop.trial(statement text, OUT report text) LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement INTO report;
    report := 'no error: ' || COALESCE(report, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    report := concat_ws(E'\n  ', SQLSTATE || ': ' || message, 'DETAIL: ' || NULLIF(detail, ''), 'HINT: ' || NULLIF(hint, ''));
    report := regexp_replace(report, 'takes \d+ kB on disk', 'takes <n> kB on disk');
END $$;
SELECT shop.trial('SELECT schemaver.tag(''v2'', tables => ARRAY[''shop.large''])');
SET schemaver.kept_rows = 20000;
SET schemaver.kept_size = '100kB';
SELECT shop.trial('SELECT schemaver.tag(''v2'', tables => ARRAY[''shop.large''])');
SET schemaver.kept_size = '2MB';
SELECT shop.trial('SELECT schemaver.tag(''v2'', tables => ARRAY[''shop.large''])') ~ '^no error';
RESET schemaver.kept_size;
RESET schemaver.kept_rows;
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''live'', true)');
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v1~0'', true)');
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v1~1'', true)');
SELECT schemaver.tag('v3', tables => '{}') = schemaver.fingerprint() AS same;
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v3'', true)');
SELECT schemaver.version_info('v3') -> 'kept_rows';

-- With whose rights: those of whoever asks; no code of others.
CREATE ROLE regress_schemaver_tagger;
CREATE ROLE regress_schemaver_monitor;
GRANT pg_monitor TO regress_schemaver_monitor;
GRANT EXECUTE ON FUNCTION schemaver.tag(text, text, text, text[]), schemaver.schema_sql(text, boolean) TO regress_schemaver_tagger;
GRANT USAGE ON SCHEMA shop TO regress_schemaver_tagger, regress_schemaver_monitor;
SET ROLE regress_schemaver_tagger;
SELECT shop.trial('SELECT schemaver.tag(''v4'', tables => ARRAY[''shop.zones''])');
RESET ROLE;
GRANT SELECT ON shop.zones TO regress_schemaver_tagger;
CREATE FUNCTION shop.leak(text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'code of others runs as %', current_user; RETURN true; END $$;
CREATE POLICY zones_all ON shop.zones USING (shop.leak(name));
ALTER TABLE shop.zones ENABLE ROW LEVEL SECURITY;
CREATE TYPE shop.mood AS ENUM ('ok');
CREATE FUNCTION shop.mood_text(shop.mood) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'code of others runs as %', current_user; RETURN 'x'; END $$;
CREATE CAST (shop.mood AS text) WITH FUNCTION shop.mood_text(shop.mood);
CREATE FUNCTION shop.less(shop.mood, shop.mood) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'code of others runs as %', current_user; RETURN true; END $$;
CREATE OPERATOR shop.< (LEFTARG = shop.mood, RIGHTARG = shop.mood, FUNCTION = shop.less);
CREATE TABLE shop.moods (mood shop.mood PRIMARY KEY);
INSERT INTO shop.moods VALUES ('ok');
SET ROLE regress_schemaver_tagger;
SELECT shop.trial('SELECT schemaver.tag(''v4'', tables => ARRAY[''shop.zones''])');
SHOW row_security;
RESET ROLE;
SELECT shop.trial('SELECT schemaver.tag(''v4'', tables => ARRAY[''shop.zones'', ''shop.moods''])') ~ '^no error';
SET ROLE regress_schemaver_monitor;
SELECT shop.trial('SELECT count(*) > 0 FROM schemaver.schema_sql(''v1'')');
RESET ROLE;
SET ROLE regress_schemaver_tagger;
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v1'', true)');
SELECT shop.trial('SELECT content FROM schemaver.kept_rows');
RESET ROLE;
GRANT SELECT ON schemaver.kept_rows TO regress_schemaver_tagger;
SET ROLE regress_schemaver_tagger;
SELECT shop.trial('SELECT count(*) > 0 FROM schemaver.schema_sql(''v1'', true)');
RESET ROLE;

-- Dumps leave them out; who restores one is told.
SELECT 'schemaver.kept_rows'::regclass = ANY (extconfig) AS is_dumped FROM pg_extension WHERE extname = 'schemaver';
CREATE TABLE shop.aside AS TABLE schemaver.kept_rows;
DELETE FROM schemaver.kept_rows WHERE version = 'v1';
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v1'', true)');
SELECT shop.trial('SELECT count(*) > 0 FROM schemaver.schema_sql(''v1'')');
INSERT INTO schemaver.kept_rows SELECT * FROM shop.aside WHERE version = 'v1';
SELECT shop.trial('SELECT count(*) > 0 FROM schemaver.schema_sql(''v1'', true)');

-- A version takes its rows along.
SELECT version, count(*) FROM schemaver.kept_rows GROUP BY 1 ORDER BY 1;
SELECT schemaver.drop_version('v1', 'no longer needed');
SELECT version, count(*) FROM schemaver.kept_rows GROUP BY 1 ORDER BY 1;
DROP TABLE shop.aside;
SELECT schemaver.tag('v1') = schemaver.fingerprint() AS same;
SELECT shop.trial('SELECT count(*) FROM schemaver.schema_sql(''v1'', true)');

DROP SCHEMA shop, more CASCADE;
DROP EXTENSION schemaver;
DROP ROLE regress_schemaver_tagger, regress_schemaver_monitor;
