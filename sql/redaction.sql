-- Secrets in the texts of commands: ways to write one, none of which gets into a table of the ledger.
-- Every secret here has "geheim" in it, or has "677542319", or is spelled in code points.
SET client_min_messages = error;
CREATE EXTENSION schemaver;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION leaks() RETURNS TABLE (place text, leak text) LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'schemaver'::regnamespace AND relkind = 'r'
    LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, t::text FROM schemaver.%I AS t WHERE t::text ~* %L', name, name,
                                    'g[e]he.{0,6}im|67[7]542319|0068ei[m]');
    END LOOP;
END $$;
\set shown 'SELECT tag, statement, script FROM schemaver.commands WHERE commit > :seen ORDER BY commit, number; SELECT * FROM leaks();'
SELECT max(commit) AS seen FROM schemaver.log \gset

-- Passwords of roles, in each form of a literal.
CREATE ROLE regress_red PASSWORD 'geheim';
ALTER ROLE regress_red WITH LOGIN ENCRYPTED PASSWORD 'geheim' VALID UNTIL 'infinity';
ALTER USER regress_red PASSWORD E'gehei\x6d';
ALTER USER regress_red PASSWORD U&'ge\0068eim';
ALTER USER regress_red PASSWORD U&'ge!0068eim' UESCAPE '!';
ALTER ROLE regress_red PASSWORD $$geheim$$ CONNECTION LIMIT 3;
ALTER ROLE regress_red PASSWORD $quote$geheim's$quote$;
ALTER ROLE regress_red PASSWORD 'gehe'
    'im';
ALTER ROLE regress_red PASSWORD 'gehe' -- geheim
    'im';
ALTER ROLE regress_red/* geheim */PASSWORD/**/'geheim''s' -- geheim
;
/* before: geheim */ ALTER ROLE regress_red PASSWORD 'geheim';
ALTER ROLE "regress_red" PASSWORD 'password geheim PASSWORD';
CREATE USER regress_red2 IN ROLE regress_red PASSWORD 'geheim';
CREATE GROUP regress_red3 PASSWORD 'geheim';
-- The secret stands elsewhere too: no text.
CREATE ROLE regress_twice PASSWORD 'twice';
DROP ROLE regress_twice;
-- No secret.
ALTER ROLE regress_red PASSWORD NULL /* none */;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
ALTER ROLE regress_red PASSWORD 'geheim\' PASSWORD \'geheim';
RESET standard_conforming_strings;
RESET escape_string_warning;
:shown
SELECT max(commit) AS seen FROM schemaver.log \gset

-- Options, by their names and by their values.
CREATE FOREIGN DATA WRAPPER regress_red OPTIONS (password 'geheim', debug 'true');
ALTER FOREIGN DATA WRAPPER regress_red OPTIONS (SET password 'geheim', ADD "api_Token" 'geheim', DROP debug);
CREATE SERVER regress_red FOREIGN DATA WRAPPER regress_red OPTIONS (host 'h', U&"pass\0077ord" 'geheim', url 'https://ann:geheim@h/');
ALTER SERVER regress_red OPTIONS (SET host 'i', ADD connstr 'host=h password=geheim');
CREATE USER MAPPING FOR PUBLIC SERVER regress_red OPTIONS (user 'ann', password 'geheim');
ALTER USER MAPPING FOR PUBLIC SERVER regress_red OPTIONS (SET password $$geheim$$);
CREATE FOREIGN TABLE regress_red (a int OPTIONS (secret 'geheim', column_name 'b')) SERVER regress_red OPTIONS (url 'https://ann:geheim@h/', table_name 't');
ALTER FOREIGN TABLE regress_red OPTIONS (SET url 'https://ann:geheim@i/');
ALTER FOREIGN TABLE regress_red ALTER COLUMN a OPTIONS (SET secret 'geheim');
ALTER FOREIGN TABLE regress_red ADD COLUMN c int OPTIONS (secret 'geheim');
:shown
SELECT max(commit) AS seen FROM schemaver.log \gset

-- Connection strings.
SET client_min_messages = error;
CREATE SUBSCRIPTION regress_red CONNECTION 'dbname=nowhere user=ann password=geheim' PUBLICATION news WITH (connect = false, slot_name = NONE);
ALTER SUBSCRIPTION regress_red CONNECTION 'postgresql://ann:geheim@nowhere/';
ALTER SUBSCRIPTION regress_red SET PUBLICATION other WITH (refresh = false);
DROP SUBSCRIPTION regress_red;
RESET client_min_messages;
SELECT tag, statement, script FROM schemaver.commands WHERE commit > :seen ORDER BY commit, number;
SELECT * FROM leaks();
SELECT max(commit) AS seen FROM schemaver.log \gset

-- Settings.
ALTER ROLE regress_red SET app.jwt_secret = 'geheim';
ALTER ROLE regress_red SET app.jwt_secret TO geheim;
ALTER ROLE regress_red SET app.pin_token = 677542319;
ALTER ROLE regress_red SET app.pin_token = -677542319;
SELECT format('ALTER DATABASE %I SET app.password = ''geheim''', current_database()) \gexec
SELECT format('ALTER DATABASE %I RESET app.password', current_database()) \gexec
ALTER ROLE regress_red RESET ALL;
ALTER SYSTEM SET primary_conninfo = 'host=h password=geheim';
ALTER SYSTEM RESET primary_conninfo;
ALTER SYSTEM SET archive_command = 'curl -u ann:geheim h';
ALTER SYSTEM RESET archive_command;
ALTER SYSTEM SET ssl_passphrase_command = 'echo geheim';
ALTER SYSTEM RESET ssl_passphrase_command;
ALTER SYSTEM SET password_encryption = 'scram-sha-256';
ALTER SYSTEM RESET ALL;
CREATE FUNCTION with_setting() RETURNS int LANGUAGE sql SET app.secret = 'geheim' SET work_mem = '1MB' AS 'SELECT 1';
ALTER FUNCTION with_setting() SET app.secret TO 'geheim';
SELECT tag, replace(statement, current_database(), '(this)') AS statement, script FROM schemaver.commands WHERE commit > :seen ORDER BY commit, number;
SELECT * FROM leaks();
SELECT max(commit) AS seen FROM schemaver.log \gset

-- Several statements in one string: each has its own text, and all have the script.
ALTER ROLE regress_red PASSWORD 'geheim' /* one */\; CREATE TABLE two (id int) /* two */\; ALTER ROLE regress_red PASSWORD 'geheim';
SET app.secret = 'geheim'\; CREATE TABLE three (id int);
-- The same word once more, in a query: no script.
ALTER ROLE regress_red PASSWORD 'geheim'\; SELECT 'geheim'\; CREATE TABLE four (id int);
-- In a DO block or a function: the statement that runs is redacted, and the block, which has put it together, is
-- not kept.
DO $$ BEGIN CREATE TABLE five (id int); EXECUTE format('ALTER ROLE regress_red PASSWORD %L', 'gehe' || 'im'); CREATE TABLE six (id int); END $$;
CREATE FUNCTION set_password(who text, new text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS seven (id int);
    EXECUTE format('ALTER ROLE %I PASSWORD %L', who, new);
END $$;
SELECT set_password('regress_red', 'geheim');
DO $$ BEGIN
    CREATE TABLE eight (id int);
    BEGIN
        EXECUTE format('ALTER ROLE regress_nobody PASSWORD %L', 'gehe' || 'im');
    EXCEPTION WHEN undefined_object THEN NULL;
    END;
END $$;
-- Committed in between, before the secret came to light.
DO $$ BEGIN CREATE TABLE nine (id int); COMMIT; EXECUTE format('ALTER ROLE regress_red PASSWORD %L', 'gehe' || 'im'); END $$;
BEGIN\; CREATE TABLE ten (id int)\; COMMIT\; SELECT set_password('regress_red', 'geheim');
-- What a savepoint has undone was executed.
DO $$ BEGIN CREATE TABLE eleven (id int); BEGIN ALTER ROLE regress_red PASSWORD 'geheim'; RAISE SQLSTATE 'UNDO1'; EXCEPTION WHEN SQLSTATE 'UNDO1' THEN NULL; END; END $$;
-- No secret: the block is kept, once for all that it did.
DO $$ BEGIN CREATE TABLE twelve (id int); DROP TABLE twelve; END $$;
PREPARE twice (text) AS SELECT set_password('regress_red', $1);
EXECUTE twice('geheim');
DEALLOCATE twice;
:shown
SELECT count(*) AS scripts, count(DISTINCT text) AS texts FROM schemaver.statement WHERE salt IS NOT NULL;
SELECT bool_and(digest = sha256(coalesce(salt, '') || convert_to(text, 'UTF8'))) AS digests_hold FROM schemaver.statement;

DROP FUNCTION set_password(text, text), with_setting(), leaks();
DROP TABLE two, three, four, five, six, seven, eight, nine, ten, eleven;
DROP FOREIGN TABLE regress_red;
DROP FOREIGN DATA WRAPPER regress_red CASCADE;
DROP ROLE regress_red, regress_red2, regress_red3;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
