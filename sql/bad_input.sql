-- Bad input: each function says what is wrong, by its SQLSTATE and in words, and leaves nothing behind.
CREATE EXTENSION schemaver;
CREATE ROLE regress_schemaver_nobody;
CREATE SCHEMA bad;
CREATE TABLE bad.people (id int PRIMARY KEY, name text);
\pset format unaligned
\pset tuples_only on

-- What went wrong, in the parts of the report.
CREATE FUNCTION bad.trial(statement text, OUT report text) LANGUAGE plpgsql AS $$
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
END $$;

-- NULL, empty, and text that is no metadata.
SELECT bad.trial('SELECT schemaver.stamp_backup(NULL)');
SELECT bad.trial('SELECT schemaver.stamp_backup('''')');
SELECT bad.trial('SELECT schemaver.stamp_backup(E'' \n\t'')');
SELECT bad.trial('SELECT schemaver.backup_metadata(''never stamped'')');
SELECT call, bad.trial(format('SELECT %s', format(call, quote_nullable(input))))
FROM (VALUES ('schemaver.check_restore(%s)')) AS calls (call),
     (VALUES (NULL), (''), (' '), ('null'), ('[]'), ('"text"'), ('42'), ('{'), ('{}'), ('{"format": 1}'),
             ('{"format": "one"}'), ('{"format": 0}'), ('{"format": 2}'), ('{"format": 1e400}'), (repeat('[', 100000)),
             (repeat('{"a":', 100000)), (E'{"a": "\\ud800"}'), ('{"format": 1} trailing'), ('neither JSON nor key: value')) AS inputs (input);
SELECT bad.trial('SELECT schemaver.restore_findings(NULL)');
SELECT bad.trial('SELECT schemaver.assert_restore(NULL)');
SELECT bad.trial('SELECT schemaver.assert_restore(''{}'', true)');
SELECT bad.trial('SELECT schemaver.verify_restore()');

-- A future format, and a bit flipped anywhere.
SELECT schemaver.stamp_backup('good') AS metadata \gset
SELECT bad.trial(format('SELECT verdict FROM schemaver.check_restore(%L)', :'metadata'));
SELECT bad.trial(format('SELECT schemaver.check_restore(%L)', regexp_replace(:'metadata', '"format": ?1', '"format": 2')));
SELECT split_part(bad.trial(format('SELECT schemaver.check_restore(%L)', replace(:'metadata', 'people', 'peoplf'))), E'\n', 1);
SELECT split_part(bad.trial(format('SELECT schemaver.check_restore(%L)', replace(:'metadata', 'sv1:', 'sv2:'))), E'\n', 1);
SELECT split_part(bad.trial(format('SELECT schemaver.check_restore(%L)', left(:'metadata', -1))), E'\n', 1);
-- Each of 200 bytes in turn, with its lowest bit the other way round: never accepted.
SELECT count(*), bool_and(bad.trial(format('SELECT verdict FROM schemaver.check_restore(%L)',
           overlay(:'metadata' PLACING chr(ascii(substr(:'metadata', place, 1)) # 1) FROM place FOR 1))) !~ '^no error')
FROM generate_series(1, 200) AS step, LATERAL (SELECT step * length(:'metadata') / 201 AS place) AS places;
-- Order of keys and white space are no part of it.
SELECT bad.trial(format('SELECT verdict FROM schemaver.check_restore(%L)', jsonb_pretty(:'metadata'::jsonb)));

-- A label twice.
SELECT bad.trial('SELECT schemaver.stamp_backup(''good'')');
SELECT label, own FROM schemaver.backups;

-- Points, scopes, facets, kinds that there are not.
SELECT at, bad.trial(format('SELECT schemaver.fingerprint(at => %s)', quote_nullable(at)))
FROM (VALUES (NULL), (''), ('LIVE'), ('bogus'), ('commit:'), ('commit:0'), ('commit:-1'), ('commit:x'), ('commit:1 '),
             ('commit:99999999999999999999'), (E'a\n"b"')) AS points (at);
SELECT bad.trial('SELECT schemaver.fingerprint(at => ''commit:999999'')') ~ '^SV005: there is no point "commit:999999"';
SELECT bad.trial('SELECT schemaver.fingerprint(scope => ''no such schema'')');
SELECT bad.trial('SELECT schemaver.fingerprint(scope => '''')');
SELECT bad.trial('SELECT schemaver.fingerprint(facets => ''{structure,colour}'')');
SELECT bad.trial('SELECT schemaver.describe(''table'', NULL)');
SELECT bad.trial('SELECT schemaver.describe(NULL, ''bad.people'')');
SELECT bad.trial('SELECT schemaver.describe(''tabel'', ''bad.people'')');
SELECT bad.trial('SELECT schemaver.describe(''table'', ''bad.nobody'')');
SELECT bad.trial('SELECT schemaver.describe(''table'', ''bad.people'', ''yesterday'')');
SELECT bad.trial('SELECT schemaver.diff(NULL, ''live'')');
SELECT bad.trial('SELECT schemaver.diff(''head'', NULL)');
SELECT bad.trial('SELECT schemaver.diff(''head'', ''tail'')');
SELECT bad.trial('SELECT schemaver.objects(NULL)');
SELECT bad.trial('SELECT schemaver.capture_command()');
SELECT bad.trial('SET schemaver.capture = maybe');
SELECT bad.trial('SET schemaver.captured = on');

-- A read-only transaction: reading works, writing does not.
BEGIN READ ONLY;
SELECT bad.trial('SELECT schemaver.stamp_backup(''read-only'')');
SELECT bad.trial('SELECT schemaver.fingerprint() = schemaver.fingerprint(''head'')');
SELECT bad.trial('SELECT verdict FROM schemaver.check_restore(schemaver.backup_metadata())');
COMMIT;

-- A caller without privilege.
GRANT USAGE ON SCHEMA bad TO regress_schemaver_nobody;
SET ROLE regress_schemaver_nobody;
SELECT call, bad.trial('SELECT ' || call)
FROM (VALUES ('schemaver.stamp_backup(''mine'')'), ('schemaver.backup_metadata()'), ('schemaver.check_restore(''{}'')'),
             ('schemaver.assert_restore(''{}'')'), ('schemaver.fingerprint()'), ('schemaver.diff()'),
             ('schemaver.objects()'), ('text FROM schemaver.statement'), ('statement FROM schemaver.commands')) AS calls (call);
SELECT bad.trial('SET schemaver.capture = off');
SELECT bad.trial('INSERT INTO schemaver.backup SELECT * FROM schemaver.backup RETURNING label');
SELECT bad.trial('DELETE FROM schemaver.commit RETURNING id');
SELECT bad.trial('SELECT count(*) >= 0 FROM schemaver.log');
RESET ROLE;

-- Names of every sort go through all of it.
CREATE SCHEMA "sch""ema ' with \ all";
CREATE TABLE "sch""ema ' with \ all"."new
line" ("co""l'u\mn" int DEFAULT 1, "größe ✓" text DEFAULT E'it''s\n"✓"',
    "a name of sixty-three bytes, which is as long as a name can bee" int CHECK ("größe ✓" <> ';--'));
CREATE VIEW "sch""ema ' with \ all"."select" AS SELECT * FROM "sch""ema ' with \ all"."new
line";
CREATE TYPE "sch""ema ' with \ all"."Type." AS ENUM ('a "b"', E'c\nd', 'é''');
CREATE FUNCTION "sch""ema ' with \ all"."f(int)"("a b" "sch""ema ' with \ all"."Type.") RETURNS text LANGUAGE sql AS $$SELECT E'\n'$$;
SELECT count(*) FROM schemaver.diff('head', 'live');
SELECT schemaver.fingerprint('head') = schemaver.fingerprint('live');
SELECT kind, identity, schema FROM schemaver.objects() WHERE schema ~ 'sch"ema' ORDER BY kind COLLATE "C", identity COLLATE "C";
SELECT bool_and(schemaver.describe(kind, identity) IS NOT NULL) FROM schemaver.objects() WHERE schema ~ 'sch"ema';
SELECT schemaver.stamp_backup(E'la"b''el\nof ✓') AS metadata \gset
SELECT verdict, errors, warnings FROM schemaver.check_restore(:'metadata');
SELECT schemaver.backup_metadata(E'la"b''el\nof ✓') = :'metadata';
ALTER TABLE "sch""ema ' with \ all"."new
line" DROP COLUMN "größe ✓" CASCADE;
SELECT verdict, errors FROM schemaver.check_restore(:'metadata');
SELECT severity, "check", kind, identity, detail, hint FROM schemaver.restore_findings(:'metadata') WHERE severity = 'error';
SELECT bad.trial(format('SELECT schemaver.assert_restore(%L)', :'metadata'));
ALTER SCHEMA "sch""ema ' with \ all" RENAME TO "✓";
SELECT count(*) FROM schemaver.diff('head', 'live');

-- Nothing was half-written by all that.
SELECT label FROM schemaver.backups ORDER BY at;

SET client_min_messages = warning;
DROP SCHEMA bad, "✓" CASCADE;
SELECT count(*) FROM schemaver.diff('head', 'live');
DROP EXTENSION schemaver;
DROP ROLE regress_schemaver_nobody;
