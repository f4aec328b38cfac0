-- The probe: what users made and no reader describes is listed.
CREATE EXTENSION schemaver;
SET client_min_messages = error;  -- of wal_level, which is beside the point
BEGIN;
CREATE SCHEMA probed;
SET search_path = probed, schemaver;
CREATE TABLE measured (a int PRIMARY KEY, b int, shape text CHECK (shape IN ('round', 'square')), tall text DEFAULT 'no');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE span AS RANGE (subtype = float8);
CREATE VIEW shapes AS SELECT DISTINCT shape FROM measured;
CREATE TABLE parted (a int REFERENCES measured, b int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE STATISTICS measured_together ON a, b FROM measured;
CREATE PUBLICATION everything FOR TABLE measured;
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE OPERATOR CLASS numbers FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
ALTER OPERATOR FAMILY numbers USING btree ADD OPERATOR 1 <(int, bigint);
ALTER DEFAULT PRIVILEGES IN SCHEMA probed GRANT SELECT ON TABLES TO PUBLIC;
ALTER ROLE ALL SET work_mem = '1MB';
COMMENT ON COLUMN measured.a IS 'in metres';
SELECT lo_create(70001);
COMMENT ON LARGE OBJECT 70001 IS 'data';

-- Parts of what is described are no objects of their own: row types, array types, multiranges, the functions and
-- casts that come with a range, a foreign key's triggers, TOAST tables, members of operator classes. And what is
-- temporary, or our own, is left out.
CREATE TEMPORARY TABLE passing (a int PRIMARY KEY, b text);
CREATE POLICY anything ON passing;
SELECT * FROM unmodelled();

-- A table among the catalogs, a comment and a label of objects that are not there: no reader looks at these.
SET LOCAL allow_system_table_mods = on;
CREATE TABLE pg_catalog.hidden (a int PRIMARY KEY, b text);
INSERT INTO pg_catalog.pg_description VALUES (99999, 'pg_class'::regclass, 0, 'of nothing');
INSERT INTO pg_catalog.pg_shseclabel VALUES (99999, 'pg_authid'::regclass, 'nobody', 'of nothing');
SELECT * FROM unmodelled();
ROLLBACK;

SELECT * FROM schemaver.unmodelled();
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
