-- The cluster scope: what all databases share has a list, documents and a fingerprint of its own.
SET client_min_messages = error;
CREATE EXTENSION schemaver;
CREATE ROLE regress_kinds_staff;
CREATE ROLE "regress_kinds Ann" LOGIN NOINHERIT CREATEDB CONNECTION LIMIT 3 VALID UNTIL '2031-05-06 07:08:09+02';
CREATE ROLE regress_kinds_eve LOGIN;
SET password_encryption = 'scram-sha-256';
ALTER ROLE regress_kinds_eve PASSWORD 'geheim-1';
GRANT regress_kinds_staff TO "regress_kinds Ann" WITH ADMIN OPTION;
GRANT pg_monitor TO regress_kinds_eve;
COMMENT ON ROLE regress_kinds_staff IS 'those who work here';
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_kinds_fast OWNER regress_kinds_staff LOCATION '' WITH (seq_page_cost = 1.5);
COMMENT ON TABLESPACE regress_kinds_fast IS 'on the other disk';
CREATE DATABASE regress_kinds TEMPLATE template0 OWNER regress_kinds_staff ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C' CONNECTION LIMIT 7;
COMMENT ON DATABASE regress_kinds IS 'a database';
CREATE DATABASE regress_kinds_icu TEMPLATE template0 OWNER regress_kinds_staff ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-AT' LOCALE 'C'
    TABLESPACE regress_kinds_fast IS_TEMPLATE true ALLOW_CONNECTIONS false;
REVOKE CONNECT ON DATABASE regress_kinds FROM PUBLIC;
ALTER DATABASE regress_kinds SET work_mem = '7MB';
ALTER DATABASE regress_kinds SET DateStyle = 'ISO, DMY';
ALTER ROLE regress_kinds_eve SET app.jwt_secret = 'geheim-2';
ALTER ROLE regress_kinds_eve SET password_encryption = 'scram-sha-256';
ALTER ROLE regress_kinds_eve IN DATABASE regress_kinds SET TimeZone = 'Asia/Kathmandu';
GRANT SET, ALTER SYSTEM ON PARAMETER log_statement TO regress_kinds_eve;
GRANT SET ON PARAMETER session_preload_libraries TO regress_kinds_staff WITH GRANT OPTION;
SET allow_system_table_mods = on;
INSERT INTO pg_shseclabel VALUES ('regress_kinds_eve'::regrole, 'pg_authid'::regclass, 'a', 'listener');
RESET allow_system_table_mods;
\pset format unaligned
\pset tuples_only on

SELECT kind, identity, schema IS NULL, digest ~ '^[0-9a-f]{64}$' FROM schemaver.objects(scope => 'cluster')
WHERE identity LIKE '%regress_kinds%' OR identity IN ('log_statement', 'session_preload_libraries') ORDER BY kind COLLATE "C", identity COLLATE "C";
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'German';
SELECT schemaver.describe('role', '"regress_kinds Ann"');
RESET TimeZone;
RESET DateStyle;
SELECT schemaver.describe('role', 'regress_kinds_staff');
SELECT schemaver.describe('role', 'regress_kinds_eve');
SELECT schemaver.describe('role membership', 'membership of role "regress_kinds Ann" in role regress_kinds_staff') #- '{security,grants,0,grantor}';
SELECT schemaver.describe('role membership', 'membership of role regress_kinds_eve in role pg_monitor') #- '{security,grants,0,grantor}';
SELECT schemaver.describe('tablespace', 'regress_kinds_fast');
SELECT schemaver.describe('database', 'regress_kinds');
SELECT schemaver.describe('database', 'regress_kinds_icu');
SELECT schemaver.describe('database settings', 'regress_kinds');
SELECT schemaver.describe('role settings', 'regress_kinds_eve');
SELECT schemaver.describe('role settings', 'regress_kinds_eve in database regress_kinds');
SELECT schemaver.describe('parameter ACL', 'log_statement') #> '{security,privileges}' @> '[{"grantee": "regress_kinds_eve", "privileges": ["ALL"]}]';
SELECT schemaver.describe('parameter ACL', 'session_preload_libraries') #> '{security,privileges}' @> '[{"grantee": "regress_kinds_staff", "privileges": ["SET"], "grantable": ["SET"]}]';

-- What the server brings is not listed; what a database holds is in its own scope.
SELECT count(*) FROM schemaver.objects(scope => 'cluster') WHERE identity LIKE 'pg\_%' OR identity = 'template0';
SELECT count(*) FROM schemaver.objects(scope => 'cluster') WHERE kind IN ('table', 'schema');
SELECT count(*) FROM schemaver.objects() WHERE kind IN ('role', 'database', 'tablespace');

-- Each change, the objects that it changes, and whether its reverse undoes it.
SELECT schemaver.fingerprint() AS database_before \gset
CREATE FUNCTION pg_temp.try(change text, reverse text, OUT seen boolean, OUT changed text, OUT undone boolean) LANGUAGE plpgsql AS $$
DECLARE
    before text := schemaver.fingerprint(scope => 'cluster');
    objects_before jsonb := (SELECT jsonb_object_agg(kind || ' ' || identity, digest) FROM schemaver.objects(scope => 'cluster'));
    objects_after jsonb;
BEGIN
    EXECUTE change;
    seen := schemaver.fingerprint(scope => 'cluster') <> before;
    objects_after := (SELECT jsonb_object_agg(kind || ' ' || identity, digest) FROM schemaver.objects(scope => 'cluster'));
    SELECT string_agg(name, ', ' ORDER BY name COLLATE "C") INTO changed
    FROM jsonb_object_keys(objects_before || objects_after) AS names (name)
    WHERE objects_before -> name IS DISTINCT FROM objects_after -> name;
    EXECUTE reverse;
    undone := schemaver.fingerprint(scope => 'cluster') = before;
END $$;
SELECT change, tried.*
FROM (VALUES
    ('ALTER ROLE regress_kinds_staff SUPERUSER', 'ALTER ROLE regress_kinds_staff NOSUPERUSER'),
    ('ALTER ROLE regress_kinds_staff CREATEDB', 'ALTER ROLE regress_kinds_staff NOCREATEDB'),
    ('ALTER ROLE regress_kinds_staff CREATEROLE', 'ALTER ROLE regress_kinds_staff NOCREATEROLE'),
    ('ALTER ROLE regress_kinds_staff NOINHERIT', 'ALTER ROLE regress_kinds_staff INHERIT'),
    ('ALTER ROLE regress_kinds_staff LOGIN', 'ALTER ROLE regress_kinds_staff NOLOGIN'),
    ('ALTER ROLE regress_kinds_staff REPLICATION', 'ALTER ROLE regress_kinds_staff NOREPLICATION'),
    ('ALTER ROLE regress_kinds_staff BYPASSRLS', 'ALTER ROLE regress_kinds_staff NOBYPASSRLS'),
    ('ALTER ROLE regress_kinds_staff CONNECTION LIMIT 0', 'ALTER ROLE regress_kinds_staff CONNECTION LIMIT -1'),
    ('ALTER ROLE regress_kinds_staff PASSWORD ''geheim-3''', 'ALTER ROLE regress_kinds_staff PASSWORD NULL'),
    ('ALTER ROLE "regress_kinds Ann" VALID UNTIL ''infinity''', 'ALTER ROLE "regress_kinds Ann" VALID UNTIL ''2031-05-06 05:08:09+00'''),
    ('COMMENT ON ROLE regress_kinds_staff IS NULL', 'COMMENT ON ROLE regress_kinds_staff IS ''those who work here'''),
    ('GRANT regress_kinds_staff TO regress_kinds_eve', 'REVOKE regress_kinds_staff FROM regress_kinds_eve'),
    ('REVOKE ADMIN OPTION FOR regress_kinds_staff FROM "regress_kinds Ann"', 'GRANT regress_kinds_staff TO "regress_kinds Ann" WITH ADMIN OPTION'),
    ('CREATE ROLE regress_kinds_new', 'DROP ROLE regress_kinds_new'),
    ('ALTER TABLESPACE regress_kinds_fast SET (random_page_cost = 2)', 'ALTER TABLESPACE regress_kinds_fast RESET (random_page_cost)'),
    ('ALTER TABLESPACE regress_kinds_fast OWNER TO regress_kinds_eve', 'ALTER TABLESPACE regress_kinds_fast OWNER TO regress_kinds_staff'),
    ('GRANT CREATE ON TABLESPACE regress_kinds_fast TO PUBLIC', 'REVOKE CREATE ON TABLESPACE regress_kinds_fast FROM PUBLIC'),
    ('ALTER TABLESPACE regress_kinds_fast RENAME TO regress_kinds_slow', 'ALTER TABLESPACE regress_kinds_slow RENAME TO regress_kinds_fast'),
    ('ALTER DATABASE regress_kinds CONNECTION LIMIT 8', 'ALTER DATABASE regress_kinds CONNECTION LIMIT 7'),
    ('ALTER DATABASE regress_kinds IS_TEMPLATE true', 'ALTER DATABASE regress_kinds IS_TEMPLATE false'),
    ('ALTER DATABASE regress_kinds ALLOW_CONNECTIONS false', 'ALTER DATABASE regress_kinds ALLOW_CONNECTIONS true'),
    ('ALTER DATABASE regress_kinds OWNER TO regress_kinds_eve', 'ALTER DATABASE regress_kinds OWNER TO regress_kinds_staff'),
    ('GRANT CREATE ON DATABASE regress_kinds TO regress_kinds_eve', 'REVOKE CREATE ON DATABASE regress_kinds FROM regress_kinds_eve'),
    ('COMMENT ON DATABASE regress_kinds IS NULL', 'COMMENT ON DATABASE regress_kinds IS ''a database'''),
    ('ALTER DATABASE regress_kinds SET work_mem = ''8MB''', 'ALTER DATABASE regress_kinds SET work_mem = ''7MB'''),
    ('ALTER ROLE regress_kinds_eve IN DATABASE regress_kinds RESET ALL', 'ALTER ROLE regress_kinds_eve IN DATABASE regress_kinds SET TimeZone = ''Asia/Kathmandu'''),
    ('ALTER ROLE regress_kinds_eve RESET app.jwt_secret', 'ALTER ROLE regress_kinds_eve SET app.jwt_secret = ''geheim-4'''),
    ('ALTER ROLE regress_kinds_eve SET password_encryption = ''md5''', 'ALTER ROLE regress_kinds_eve SET password_encryption = ''scram-sha-256'''),
    ('REVOKE ALTER SYSTEM ON PARAMETER log_statement FROM regress_kinds_eve', 'GRANT ALTER SYSTEM ON PARAMETER log_statement TO regress_kinds_eve'),
    ('REVOKE ALL ON PARAMETER log_statement FROM regress_kinds_eve', 'GRANT SET, ALTER SYSTEM ON PARAMETER log_statement TO regress_kinds_eve')
) AS changes (change, reverse), LATERAL pg_temp.try(change, reverse) AS tried;
SELECT schemaver.fingerprint() = :'database_before';

-- Since 16 a membership says whether it is inherited and may be set; before, the server refuses the words.
CREATE FUNCTION pg_temp.is_seen(option text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    before text := schemaver.fingerprint(scope => 'cluster');
    after text;
BEGIN
    EXECUTE 'GRANT pg_monitor TO regress_kinds_eve WITH ' || option || ' FALSE';
    after := schemaver.fingerprint(scope => 'cluster');
    EXECUTE 'GRANT pg_monitor TO regress_kinds_eve WITH ' || option || ' TRUE';
    RETURN after <> before AND before = schemaver.fingerprint(scope => 'cluster');
EXCEPTION WHEN syntax_error THEN
    RETURN false;
END $$;
SELECT option, pg_temp.is_seen(option) = (current_setting('server_version_num')::int >= 160000) FROM (VALUES ('INHERIT'), ('SET')) AS options (option);

-- A new password of the same kind is no change, and nobody can read one.
SELECT schemaver.fingerprint(scope => 'cluster') AS before \gset
ALTER ROLE regress_kinds_eve PASSWORD 'geheim-5';
ALTER ROLE regress_kinds_eve SET app.jwt_secret = 'geheim-6';
SELECT schemaver.fingerprint(scope => 'cluster') = :'before';
SELECT count(*) FROM schemaver.objects(scope => 'cluster') AS o, LATERAL (SELECT schemaver.describe(o.kind, o.identity)::text) AS described (text)
WHERE text LIKE '%geheim%' OR text LIKE '%SCRAM-SHA-256$%' OR EXISTS (SELECT FROM pg_authid WHERE strpos(text, rolpassword) > 0);

-- Facets, and points.
SELECT count(DISTINCT schemaver.fingerprint(scope => 'cluster', facets => ARRAY[facet])) FROM unnest('{structure,security,storage,comment}'::text[]) AS facet;
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SELECT schemaver.fingerprint('head', 'cluster');
SELECT * FROM schemaver.objects('commit:1', 'cluster');
SELECT schemaver.describe('role', 'regress_kinds_staff', 'head');
SELECT schemaver.describe('role', 'regress_kinds_nobody');
SELECT schemaver.fingerprint(scope => 'schema:nowhere');
\set VERBOSITY default

-- Scopes by name.
CREATE SCHEMA cluster;
CREATE SCHEMA "schema:x";
SELECT schemaver.fingerprint(scope => 'database') = schemaver.fingerprint();
SELECT schemaver.fingerprint(scope => 'public') = schemaver.fingerprint(scope => 'schema:public');
SELECT kind, identity FROM schemaver.objects(scope => 'schema:cluster');
SELECT kind, identity FROM schemaver.objects(scope => 'schema:schema:x');
SELECT count(*) FROM schemaver.objects('head', 'cluster');
SELECT kind, identity FROM schemaver.objects('head', 'schema:cluster');
DROP SCHEMA cluster, "schema:x";

SET allow_system_table_mods = on;
DELETE FROM pg_shseclabel WHERE provider = 'a';
RESET allow_system_table_mods;
ALTER DATABASE regress_kinds_icu IS_TEMPLATE false;
DROP DATABASE regress_kinds_icu;
DROP DATABASE regress_kinds;
DROP TABLESPACE regress_kinds_fast;

-- A name from a database with another encoding is no text here, and does not stand in the way.
SELECT current_database() AS here \gset
CREATE DATABASE regress_kinds_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C';
\c regress_kinds_latin
SET client_encoding = 'UTF8';
CREATE ROLE "regress_kinds_é";
\c :here
SELECT schemaver.describe(kind, identity) FROM schemaver.objects(scope => 'cluster') WHERE identity = U&'"regress_kinds_\+10FFE9"';
SELECT length(schemaver.fingerprint(scope => 'cluster'));
\c regress_kinds_latin
SET client_encoding = 'UTF8';
DROP ROLE "regress_kinds_é";
\c :here
DROP DATABASE regress_kinds_latin;
DROP OWNED BY regress_kinds_staff, "regress_kinds Ann", regress_kinds_eve;
DROP ROLE regress_kinds_staff, "regress_kinds Ann", regress_kinds_eve;
DROP EXTENSION schemaver;
