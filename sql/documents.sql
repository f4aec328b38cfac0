-- Versioned JSON documents: steps, ways, checks, and a whole table of them.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS schemaver;
RESET client_min_messages;
CREATE SCHEMA tasks;
SET search_path = tasks, public;

-- As a team's own function did it: a default for a new member, the type of another changed, and back.
CREATE FUNCTION add_timeout(task jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT '{"timeout_seconds": 300}' || task || '{"schema_version": "1.1"}' $$;
CREATE FUNCTION many_urls(task jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT task - 'url' || jsonb_build_object('urls', jsonb_build_array(task -> 'url')) $$;
CREATE FUNCTION one_url(task jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT task - 'urls' || jsonb_build_object('url', task -> 'urls' -> 0) $$;

SELECT schemaver.register_document_kind('task', first_version => '1.0');
SELECT schemaver.register_document_step('task', '1.0', '1.1', 'add_timeout(jsonb)');
SELECT schemaver.register_document_step('task', '1.1', '2.0', 'many_urls(jsonb)');
SELECT schemaver.register_document_step('task', '2.0', '1.1', 'one_url(jsonb)');

-- A document that does not say its version has the first one; numbers keep their digits.
SELECT schemaver.document_version('task', '{"url": "a"}'), schemaver.document_version('task', '{"schema_version": "2.0"}');
SELECT schemaver.migrate_document('task', '{"url": "a", "rate": 1.10}', '2.0');
SELECT schemaver.migrate_document('task', '{"urls": ["a"], "schema_version": "2.0"}', '1.1');
SELECT schemaver.migrate_document('task', '{"schema_version": "2.0"}', '2.0');
SELECT * FROM schemaver.document_path('task', '1.0', '2.0');

-- A shorter way is taken as soon as there is one.
CREATE FUNCTION leap(task jsonb) RETURNS jsonb LANGUAGE plpgsql AS
    $$ BEGIN RETURN many_urls(add_timeout(task)) || '{"leapt": true}'; END $$;
SELECT schemaver.register_document_step('task', '1.0', '2.0', 'leap(jsonb)');
SELECT * FROM schemaver.document_path('task', '1.0', '2.0');
-- leap() says 1.1 where it should say 2.0.
SELECT schemaver.migrate_document('task', '{"url": "a"}', '2.0');
CREATE OR REPLACE FUNCTION leap(task jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT many_urls(add_timeout(task)) || '{"leapt": true, "schema_version": "2.0"}' $$;
SELECT schemaver.migrate_document('task', '{"url": "a"}', '2.0');

-- Gaps are named.
SELECT schemaver.register_document_step('task', '3.0', '3.1', 'one_url(jsonb)');
SELECT schemaver.migrate_document('task', '{"url": "a"}', '3.1');
SELECT schemaver.migrate_document('task', '{"url": "a"}', '9');

-- Rules: by JSON Schema, and by a function.
CREATE FUNCTION check_task(task jsonb) RETURNS text LANGUAGE sql AS
    $$ SELECT 'there are too many urls' WHERE jsonb_array_length(task -> 'urls') > 2 $$;
SELECT schemaver.register_document_rule('task', '2.0', '{
    "type": "object", "required": ["urls", "timeout_seconds"],
    "properties": {"urls": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
                   "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 3600}}}', 'check_task(jsonb)');
SELECT * FROM schemaver.validate_document('task', '{"schema_version": "2.0", "urls": ["a", 5, ""], "timeout_seconds": 1.5}');
SELECT * FROM schemaver.validate_document('task', '{"schema_version": "2.0", "urls": ["a"], "timeout_seconds": 300}');
SELECT schemaver.migrate_document('task', '{"url": "", "schema_version": "1.0"}', '2.0');
-- jsonb has larger numbers than a JSON Schema is checked with.
SELECT * FROM schemaver.validate_document('task', '{"schema_version": "2.0", "urls": ["a"], "timeout_seconds": 1e400}');

-- What cannot be registered or read.
SELECT schemaver.register_document_rule('task', '2.1', '{"properties": {"a": {"pattern": "^x"}}}');
SELECT schemaver.register_document_rule('task', '2.1', '{"minItems": -1}');
SELECT schemaver.register_document_step('task', '2.0', '2.1', 'check_task(jsonb)');
SELECT schemaver.register_document_step('task', '2.0', '', 'leap(jsonb)');
SELECT schemaver.register_document_step('tusk', '2.0', '2.1', 'leap(jsonb)');
SELECT schemaver.document_version('tsak', '{}');
SELECT schemaver.register_document_kind('note', 'v');
SELECT schemaver.migrate_document('note', '[1]', '2');
SELECT schemaver.document_version('note', '{"v": 3}');
SELECT schemaver.migrate_document('task', NULL, '2.0');
CREATE FUNCTION nothing(task jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT schemaver.register_document_step('note', '1', '2', 'nothing(jsonb)');
SELECT schemaver.migrate_document('note', '{"v": 1}', '2');

-- A whole table, a few pages in each transaction.
CREATE TABLE job (id integer PRIMARY KEY, config jsonb) PARTITION BY RANGE (id);
CREATE TABLE job_small PARTITION OF job FOR VALUES FROM (0) TO (500);
CREATE TABLE job_large PARTITION OF job FOR VALUES FROM (500) TO (100000);
INSERT INTO job SELECT i, CASE WHEN i % 3 = 0 THEN jsonb_build_object('url', i::text, 'schema_version', '1.1', 'timeout_seconds', i)
    ELSE jsonb_build_object('url', i::text, 'note', repeat('x', 200)) END
FROM generate_series(1, 2000) AS i;
INSERT INTO job VALUES (0, NULL);
CALL schemaver.migrate_documents('job', 'config', 'task', '1.1', pages => 4);
SELECT config ->> 'schema_version' AS version, count(*), count(config ->> 'timeout_seconds') FROM job GROUP BY 1 ORDER BY 1;
-- Of one that cannot be migrated: what was done before stays, and the next call goes on from there.
UPDATE job SET config = '{"url": "", "schema_version": "1.1", "timeout_seconds": 1}' WHERE id = 100;
CALL schemaver.migrate_documents('job', 'config', 'task', '2.0', pages => 4);
SELECT count(*) FILTER (WHERE config ->> 'schema_version' = '2.0') BETWEEN 1500 AND 1999 AS some_done FROM job;
UPDATE job SET config = config || '{"url": "b"}' WHERE id = 100;
-- Called by a DO block, which may commit.
\set VERBOSITY default
DO $$ DECLARE migrated bigint; remaining bigint; BEGIN
    CALL schemaver.migrate_documents('tasks.job', 'config', 'task', '2.0', 4, migrated, remaining);
    RAISE WARNING 'some were left: %, are left: %', migrated BETWEEN 1 AND 500, remaining;
END $$;
\set VERBOSITY verbose
SELECT config ->> 'schema_version' AS version, count(*) FROM job GROUP BY 1 ORDER BY 1;
-- As json, and what is no such column.
CREATE TABLE old_job (config json, note text);
INSERT INTO old_job VALUES ('{"url": "a"}', 'x');
CALL schemaver.migrate_documents('old_job', 'config', 'task', '1.1');
SELECT config FROM old_job;
-- Tables that inherit are part of it.
CREATE TABLE older_job () INHERITS (old_job);
INSERT INTO older_job VALUES ('{"url": "b"}', 'y');
CALL schemaver.migrate_documents('old_job', 'config', 'task', '1.1');
CALL schemaver.migrate_documents('old_job', 'note', 'task', '1.1');
CALL schemaver.migrate_documents('old_job', 'config', 'task', '1.1', pages => 0);
BEGIN;
CALL schemaver.migrate_documents('old_job', 'config', 'task', '1.1');
ROLLBACK;

-- Whoever may read the table may have documents migrated; only the database's owner registers.
CREATE ROLE document_reader;
\set VERBOSITY default
SET ROLE document_reader;
SELECT schemaver.register_document_kind('mine');
SELECT schemaver.document_version('task', '{}');
RESET ROLE;
DROP ROLE document_reader;

\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA tasks CASCADE;
DROP EXTENSION schemaver;
