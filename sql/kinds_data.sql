-- What moves data in and out, and who may do what by default: one of each kind is modelled, describes itself, and
-- each change to it is seen in the fingerprint and gone with its reverse. Secrets are nowhere.
SET client_min_messages = error;  -- of wal_level and unconnected subscriptions, which are beside the point
CREATE EXTENSION schemaver;
CREATE EXTENSION fuzzystrmatch;
CREATE ROLE regress_kinds_ann;
CREATE ROLE regress_kinds_bob SUPERUSER;
SET ROLE regress_kinds_bob;
CREATE SCHEMA moved;
CREATE TABLE moved.people (id int PRIMARY KEY, name text, born date, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE moved.orders (id int PRIMARY KEY, state varchar(10));
CREATE FUNCTION moved.check_options(text[], oid) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION moved.notice() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION moved.notice_more() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TYPE moved.pair AS (x int, y int);

CREATE FOREIGN DATA WRAPPER carrier VALIDATOR moved.check_options OPTIONS (level '1', api_token 'geheim-1');
CREATE SERVER far TYPE 'warehouse' VERSION '7' FOREIGN DATA WRAPPER carrier
    OPTIONS (host 'far.example', dsn 'postgres://u:geheim-2@far.example/x', connection 'host=h password=geheim-3');
CREATE USER MAPPING FOR regress_kinds_ann SERVER far
    OPTIONS (user 'ann', password 'geheim-4', passfile '/geheim-5', sslpassword 'geheim-6', sslkey '/geheim-7');
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE PUBLICATION news FOR TABLE moved.people (name, id) WHERE (id > 0), moved.orders;
CREATE PUBLICATION whole FOR TABLES IN SCHEMA moved WITH (publish = 'insert', publish_via_partition_root);
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE SUBSCRIPTION intake
    CONNECTION 'host=far.example port=5433 dbname=x user=ann password=''gehe\''im -8'' sslpassword=geheim-9 options=geheim-10'
    PUBLICATION old, news WITH (connect = false, slot_name = NONE, streaming = off);
CREATE SUBSCRIPTION by_uri CONNECTION 'postgresql://ann:geheim-11@far.example:5433,near.example/x?sslmode=require&sslpassword=geheim-12'
    PUBLICATION news WITH (connect = false, slot_name = NONE, streaming = off);
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('DROP INDEX', 'CREATE INDEX') EXECUTE FUNCTION moved.notice();
CREATE STATISTICS moved.together (ndistinct, mcv) ON name, id, (lower(name) || 'x') FROM moved.people;
CREATE STATISTICS moved.lowered ON lower(name) FROM moved.people;
ALTER DEFAULT PRIVILEGES IN SCHEMA moved GRANT SELECT ON TABLES TO regress_kinds_ann;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO regress_kinds_ann;
GRANT SELECT (rolname) ON pg_authid TO regress_kinds_ann;
GRANT USAGE ON LANGUAGE plpgsql TO regress_kinds_ann WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION soundex(text) FROM PUBLIC;
SET allow_system_table_mods = on;
INSERT INTO pg_seclabel VALUES
    ('moved.people'::regclass, 'pg_class'::regclass, 0, 'b', 'secret people'), ('moved.people'::regclass, 'pg_class'::regclass, 0, 'a', 'people'),
    ('moved.people'::regclass, 'pg_class'::regclass, 2, 'a', 'name'), ('moved.pair'::regclass, 'pg_class'::regclass, 1, 'a', 'x'),
    ('moved.pair'::regtype, 'pg_type'::regclass, 0, 'a', 'pair'), ('text_soundex'::regproc, 'pg_proc'::regclass, 0, 'a', 'limit');
RESET allow_system_table_mods;

SELECT * FROM schemaver.unmodelled();
\pset format unaligned
\pset tuples_only on
SELECT kind, identity, schema FROM schemaver.objects() AS o WHERE kind NOT IN ('function', 'index', 'schema', 'table', 'type')
ORDER BY kind COLLATE "C", identity COLLATE "C";
SELECT kind, identity, schemaver.describe(kind, identity) -> 'structure'
FROM schemaver.objects() WHERE kind NOT IN ('extension', 'function', 'index', 'table', 'type') AND schemaver.describe(kind, identity) ? 'structure'
ORDER BY kind COLLATE "C", identity COLLATE "C";
SELECT schemaver.describe('default acl', 'for role regress_kinds_bob in schema moved on tables') -> 'security';
SELECT schemaver.describe('default acl', 'for role regress_kinds_bob on functions') -> 'security';
SELECT schemaver.describe('privileges', 'table pg_catalog.pg_authid') #> '{security,columns,0}' ->> 'name';
SELECT schemaver.describe('privileges', 'language plpgsql') #> '{security,privileges,0,grantable}';
SELECT schemaver.describe('privileges', 'function public.soundex(pg_catalog.text)') #> '{security,initially,0,grantee}';
SELECT schemaver.describe('table', 'moved.people') -> 'security';
SELECT schemaver.describe('type', 'moved.pair') -> 'security';
SELECT schemaver.describe('privileges', 'function public.text_soundex(pg_catalog.text)') -> 'security';

-- Each change, the objects that it changes, and whether its reverse undoes it.
CREATE FUNCTION moved.try(change text, reverse text, OUT seen boolean, OUT changed text, OUT undone boolean) LANGUAGE plpgsql AS $$
DECLARE
    before text := schemaver.fingerprint();
    objects_before jsonb := (SELECT jsonb_object_agg(kind || ' ' || identity, digest) FROM schemaver.objects());
    objects_after jsonb;
BEGIN
    EXECUTE change;
    seen := schemaver.fingerprint() <> before;
    objects_after := (SELECT jsonb_object_agg(kind || ' ' || identity, digest) FROM schemaver.objects());
    SELECT string_agg(name, ', ' ORDER BY name COLLATE "C") INTO changed
    FROM jsonb_object_keys(objects_before || objects_after) AS names (name)
    WHERE objects_before -> name IS DISTINCT FROM objects_after -> name;
    EXECUTE reverse;
    undone := schemaver.fingerprint() = before;
END $$;
SELECT replace(change, session_user, 'another'), tried.*
FROM (VALUES
    ('ALTER FOREIGN DATA WRAPPER carrier NO VALIDATOR', 'ALTER FOREIGN DATA WRAPPER carrier VALIDATOR moved.check_options'),
    ('ALTER FOREIGN DATA WRAPPER carrier OPTIONS (SET level ''2'')', 'ALTER FOREIGN DATA WRAPPER carrier OPTIONS (SET level ''1'')'),
    ('ALTER FOREIGN DATA WRAPPER carrier OPTIONS (DROP api_token)', 'ALTER FOREIGN DATA WRAPPER carrier OPTIONS (ADD api_token ''geheim-13'')'),
    ('ALTER FOREIGN DATA WRAPPER carrier OWNER TO ' || session_user, 'ALTER FOREIGN DATA WRAPPER carrier OWNER TO regress_kinds_bob'),
    ('GRANT USAGE ON FOREIGN DATA WRAPPER carrier TO regress_kinds_ann', 'REVOKE USAGE ON FOREIGN DATA WRAPPER carrier FROM regress_kinds_ann'),
    ('COMMENT ON FOREIGN DATA WRAPPER carrier IS ''c''', 'COMMENT ON FOREIGN DATA WRAPPER carrier IS NULL'),
    ('ALTER SERVER far VERSION ''8''', 'ALTER SERVER far VERSION ''7'''),
    ('ALTER SERVER far OPTIONS (SET host ''x'')', 'ALTER SERVER far OPTIONS (SET host ''far.example'')'),
    ('ALTER SERVER far OWNER TO ' || session_user, 'ALTER SERVER far OWNER TO regress_kinds_bob'),
    ('GRANT USAGE ON FOREIGN SERVER far TO PUBLIC', 'REVOKE USAGE ON FOREIGN SERVER far FROM PUBLIC'),
    ('COMMENT ON SERVER far IS ''c''', 'COMMENT ON SERVER far IS NULL'),
    ('ALTER USER MAPPING FOR regress_kinds_ann SERVER far OPTIONS (SET user ''x'')', 'ALTER USER MAPPING FOR regress_kinds_ann SERVER far OPTIONS (SET user ''ann'')'),
    ('ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (ADD password ''geheim-14'')', 'ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (DROP password)'),
    ('CREATE USER MAPPING FOR regress_kinds_bob SERVER far', 'DROP USER MAPPING FOR regress_kinds_bob SERVER far'),
    ('ALTER PUBLICATION news SET (publish = ''insert'')', 'ALTER PUBLICATION news SET (publish = ''insert, update, delete, truncate'')'),
    ('ALTER PUBLICATION news SET (publish_via_partition_root = true)', 'ALTER PUBLICATION news SET (publish_via_partition_root = false)'),
    ('ALTER PUBLICATION news OWNER TO ' || session_user, 'ALTER PUBLICATION news OWNER TO regress_kinds_bob'),
    ('ALTER PUBLICATION news RENAME TO olds', 'ALTER PUBLICATION olds RENAME TO news'),
    ('COMMENT ON PUBLICATION news IS ''c''', 'COMMENT ON PUBLICATION news IS NULL'),
    ('ALTER PUBLICATION news DROP TABLE moved.orders', 'ALTER PUBLICATION news ADD TABLE moved.orders'),
    ('ALTER PUBLICATION news SET TABLE moved.people (id) WHERE (id > 0), moved.orders', 'ALTER PUBLICATION news SET TABLE moved.people (id, name) WHERE (id > 0), moved.orders'),
    ('ALTER PUBLICATION news SET TABLE moved.people (id, name) WHERE (id > 1), moved.orders', 'ALTER PUBLICATION news SET TABLE moved.people (id, name) WHERE (id > 0), moved.orders'),
    ('ALTER PUBLICATION whole ADD TABLES IN SCHEMA public', 'ALTER PUBLICATION whole DROP TABLES IN SCHEMA public'),
    ('DROP PUBLICATION everything', 'CREATE PUBLICATION everything FOR ALL TABLES'),
    ('ALTER SUBSCRIPTION intake CONNECTION ''host=near''', 'ALTER SUBSCRIPTION intake CONNECTION ''host=far.example port=5433 dbname=x user=ann password=p sslpassword=p options=o'''),
    ('ALTER SUBSCRIPTION intake SET PUBLICATION old WITH (refresh = false)', 'ALTER SUBSCRIPTION intake SET PUBLICATION news, old WITH (refresh = false)'),
    ('ALTER SUBSCRIPTION intake SET (slot_name = ''slot'')', 'ALTER SUBSCRIPTION intake SET (slot_name = NONE)'),
    ('ALTER SUBSCRIPTION intake SET (binary = true)', 'ALTER SUBSCRIPTION intake SET (binary = false)'),
    ('ALTER SUBSCRIPTION intake SET (streaming = on)', 'ALTER SUBSCRIPTION intake SET (streaming = off)'),
    ('ALTER SUBSCRIPTION intake SET (disable_on_error = true)', 'ALTER SUBSCRIPTION intake SET (disable_on_error = false)'),
    ('ALTER SUBSCRIPTION intake SET (synchronous_commit = local)', 'ALTER SUBSCRIPTION intake SET (synchronous_commit = off)'),
    ('ALTER SUBSCRIPTION intake OWNER TO ' || session_user, 'ALTER SUBSCRIPTION intake OWNER TO regress_kinds_bob'),
    ('COMMENT ON SUBSCRIPTION intake IS ''c''', 'COMMENT ON SUBSCRIPTION intake IS NULL'),
    ('ALTER EVENT TRIGGER watch DISABLE', 'ALTER EVENT TRIGGER watch ENABLE'),
    ('ALTER EVENT TRIGGER watch ENABLE ALWAYS', 'ALTER EVENT TRIGGER watch ENABLE'),
    ('ALTER EVENT TRIGGER watch ENABLE REPLICA', 'ALTER EVENT TRIGGER watch ENABLE'),
    ('ALTER EVENT TRIGGER watch OWNER TO ' || session_user, 'ALTER EVENT TRIGGER watch OWNER TO regress_kinds_bob'),
    ('COMMENT ON EVENT TRIGGER watch IS ''c''', 'COMMENT ON EVENT TRIGGER watch IS NULL'),
    ('DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN (''CREATE INDEX'') EXECUTE FUNCTION moved.notice()', 'DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN (''CREATE INDEX'', ''DROP INDEX'') EXECUTE FUNCTION moved.notice()'),
    ('DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_start WHEN TAG IN (''CREATE INDEX'', ''DROP INDEX'') EXECUTE FUNCTION moved.notice()', 'DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN (''CREATE INDEX'', ''DROP INDEX'') EXECUTE FUNCTION moved.notice()'),
    ('DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN (''CREATE INDEX'', ''DROP INDEX'') EXECUTE FUNCTION moved.notice_more()', 'DROP EVENT TRIGGER watch; CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN (''CREATE INDEX'', ''DROP INDEX'') EXECUTE FUNCTION moved.notice()'),
    ('ALTER STATISTICS moved.together SET STATISTICS 0', 'ALTER STATISTICS moved.together SET STATISTICS -1'),
    ('ALTER STATISTICS moved.together OWNER TO ' || session_user, 'ALTER STATISTICS moved.together OWNER TO regress_kinds_bob'),
    ('ALTER STATISTICS moved.together SET SCHEMA public', 'ALTER STATISTICS public.together SET SCHEMA moved'),
    ('COMMENT ON STATISTICS moved.together IS ''c''', 'COMMENT ON STATISTICS moved.together IS NULL'),
    ('DROP STATISTICS moved.together; CREATE STATISTICS moved.together (ndistinct) ON name, id, (lower(name) || ''x'') FROM moved.people', 'DROP STATISTICS moved.together; CREATE STATISTICS moved.together (mcv, ndistinct) ON id, name, (lower(name) || ''x'') FROM moved.people'),
    ('DROP STATISTICS moved.together; CREATE STATISTICS moved.together (ndistinct, mcv) ON name, born, (lower(name) || ''x'') FROM moved.people', 'DROP STATISTICS moved.together; CREATE STATISTICS moved.together (mcv, ndistinct) ON id, name, (lower(name) || ''x'') FROM moved.people'),
    ('DROP STATISTICS moved.together; CREATE STATISTICS moved.together (ndistinct, mcv) ON name, id, (lower(name) || ''y'') FROM moved.people', 'DROP STATISTICS moved.together; CREATE STATISTICS moved.together (mcv, ndistinct) ON id, name, (lower(name) || ''x'') FROM moved.people'),
    ('ALTER DEFAULT PRIVILEGES IN SCHEMA moved GRANT INSERT ON TABLES TO regress_kinds_ann', 'ALTER DEFAULT PRIVILEGES IN SCHEMA moved REVOKE INSERT ON TABLES FROM regress_kinds_ann'),
    ('ALTER DEFAULT PRIVILEGES IN SCHEMA moved GRANT SELECT ON TABLES TO regress_kinds_ann WITH GRANT OPTION', 'ALTER DEFAULT PRIVILEGES IN SCHEMA moved REVOKE GRANT OPTION FOR SELECT ON TABLES FROM regress_kinds_ann'),
    ('ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC', 'ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SEQUENCES FROM PUBLIC'),
    ('ALTER DEFAULT PRIVILEGES FOR ROLE regress_kinds_ann REVOKE USAGE ON TYPES FROM PUBLIC', 'ALTER DEFAULT PRIVILEGES FOR ROLE regress_kinds_ann GRANT USAGE ON TYPES TO PUBLIC'),
    ('ALTER DEFAULT PRIVILEGES GRANT CREATE ON SCHEMAS TO PUBLIC', 'ALTER DEFAULT PRIVILEGES REVOKE CREATE ON SCHEMAS FROM PUBLIC'),
    ('REVOKE EXECUTE ON FUNCTION pg_ls_dir(text) FROM regress_kinds_ann', 'GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO regress_kinds_ann'),
    ('GRANT SELECT ON pg_authid TO regress_kinds_ann', 'REVOKE SELECT ON pg_authid FROM regress_kinds_ann; GRANT SELECT (rolname) ON pg_authid TO regress_kinds_ann'),
    ('REVOKE SELECT ON pg_class FROM PUBLIC', 'GRANT SELECT ON pg_class TO PUBLIC'),
    ('GRANT CREATE ON SCHEMA pg_catalog TO regress_kinds_ann', 'REVOKE CREATE ON SCHEMA pg_catalog FROM regress_kinds_ann'),
    ('REVOKE USAGE ON TYPE int4 FROM PUBLIC', 'GRANT USAGE ON TYPE int4 TO PUBLIC'),
    ('REVOKE EXECUTE ON FUNCTION metaphone(text, int) FROM PUBLIC', 'GRANT EXECUTE ON FUNCTION metaphone(text, int) TO PUBLIC')
) AS changes (change, reverse), LATERAL moved.try(change, reverse) AS tried;

-- Labels.
SET allow_system_table_mods = on;
SELECT replace(change, session_user, 'another'), tried.*
FROM (VALUES
    ('UPDATE pg_seclabel SET label = ''names'' WHERE label = ''name''', 'UPDATE pg_seclabel SET label = ''name'' WHERE label = ''names'''),
    ('DELETE FROM pg_seclabel WHERE label = ''secret people''', 'INSERT INTO pg_seclabel VALUES (''moved.people''::regclass, ''pg_class''::regclass, 0, ''b'', ''secret people'')')
) AS changes (change, reverse), LATERAL moved.try(change, reverse) AS tried;
RESET allow_system_table_mods;

-- A new secret is no change, and state is none: pg_dump writes a subscription disabled.
SELECT schemaver.fingerprint() AS before \gset
ALTER USER MAPPING FOR regress_kinds_ann SERVER far OPTIONS (SET password 'geheim-15');
SELECT schemaver.fingerprint() = :'before';
ALTER SUBSCRIPTION intake SET (slot_name = 'slot');
SELECT schemaver.fingerprint() AS before \gset
ALTER SUBSCRIPTION intake ENABLE;
SELECT schemaver.fingerprint() = :'before';
ALTER SUBSCRIPTION intake DISABLE;
ALTER SUBSCRIPTION intake SET (slot_name = NONE);

-- Properties that only some versions have are seen there; elsewhere the server refuses them.
CREATE FUNCTION moved.is_seen(kind text, command text, standard text, options text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plain jsonb;
    special jsonb;
BEGIN
    EXECUTE format(command, standard);
    plain := schemaver.describe(kind, 'special');
    EXECUTE format('DROP %s special', kind);
    EXECUTE format(command, options);
    special := schemaver.describe(kind, 'special');
    EXECUTE format('DROP %s special', kind);
    RETURN plain <> special;
EXCEPTION WHEN syntax_error OR invalid_parameter_value THEN
    RETURN false;
END $$;
SELECT options, moved.is_seen(kind, CASE kind WHEN 'publication' THEN 'CREATE PUBLICATION special WITH (publish = ''insert''%s)'
        ELSE 'CREATE SUBSCRIPTION special CONNECTION ''host=x'' PUBLICATION p WITH (connect = false, slot_name = NONE%s)' END, standard, options)
    = (current_setting('server_version_num')::int >= since)
FROM (VALUES (150000, 'subscription', '', ', two_phase = true'), (150000, 'subscription', '', ', disable_on_error = true'),
    (160000, 'subscription', '', ', origin = none'), (160000, 'subscription', '', ', password_required = false'),
    (160000, 'subscription', '', ', run_as_owner = true'), (160000, 'subscription', ', streaming = off', ', streaming = parallel'),
    (170000, 'subscription', '', ', failover = true'), (180000, 'publication', '', ', publish_generated_columns = stored')) AS newer (since, kind, standard, options);

-- Secrets are in no document and in no statement that the ledger keeps.
SELECT count(*) FROM schemaver.objects() WHERE schemaver.describe(kind, identity)::text LIKE '%gehe%';
SELECT count(*), (SELECT count(*) > 0 FROM schemaver.commands WHERE statement LIKE '%moved%') FROM schemaver.commands WHERE statement LIKE '%gehe%';
SELECT count(*), (SELECT count(*) > 0 FROM schemaver.definition WHERE definition::text LIKE '%(redacted)%')
FROM schemaver.definition WHERE definition::text LIKE '%gehe%';
SELECT schemaver.backup_metadata() LIKE '%gehe%', schemaver.backup_metadata() LIKE '%(redacted)%';

RESET ROLE;
SET client_min_messages = error;
SET allow_system_table_mods = on;
DELETE FROM pg_seclabel WHERE provider IN ('a', 'b');
RESET allow_system_table_mods;
DROP SUBSCRIPTION intake;
DROP SUBSCRIPTION by_uri;
DROP PUBLICATION news, whole, everything;
DROP EVENT TRIGGER watch;
DROP FOREIGN DATA WRAPPER carrier CASCADE;
REVOKE EXECUTE ON FUNCTION pg_ls_dir(text) FROM regress_kinds_ann;
REVOKE SELECT (rolname) ON pg_authid FROM regress_kinds_ann;
DROP SCHEMA moved CASCADE;
DROP EXTENSION schemaver;
DROP EXTENSION fuzzystrmatch;
DROP OWNED BY regress_kinds_ann, regress_kinds_bob CASCADE;
DROP ROLE regress_kinds_ann, regress_kinds_bob;
