-- Versions, baselines, points in time: what they name, and that it stays so.
CREATE EXTENSION schemaver;
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL);
\pset format unaligned
\pset tuples_only on

-- What went wrong, in the parts of the report; commit numbers and times are those of the run.
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
    report := regexp_replace(report, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? ?[A-Z+-]\w*', '<time>', 'g');
    report := regexp_replace(report, 'by \S+ at <time>', 'by <user> at <time>');
    report := regexp_replace(report, 'made by \S+,', 'made by <user>,');
END $$;

-- A version names what is here, for ever.
SELECT schemaver.tag('v1.0.0', 'the first one') = schemaver.fingerprint() AS same;
ALTER TABLE shop.customers ADD email text;
SELECT schemaver.tag('v1.1.0') = schemaver.fingerprint() AS same;
CREATE INDEX customers_email ON shop.customers (email);
SELECT schemaver.set_baseline('production', 'v1.0.0') = schemaver.fingerprint('v1.0.0') AS same;
SELECT version, description, own, commit - min(commit) OVER () AS commits_later FROM schemaver.versions ORDER BY version;
SELECT baseline, own, description FROM schemaver.baselines;
SELECT shop.trial('SELECT schemaver.tag(''v1.0.0'')');

-- Every function that takes a point takes each kind of it.
SELECT point, jsonb_array_length(schemaver.describe('table', 'shop.customers', point) #> '{structure,columns}') AS columns,
       (SELECT count(*) FROM schemaver.objects(point, 'shop')) AS objects,
       schemaver.fingerprint(point) = schemaver.fingerprint() AS is_live,
       (SELECT count(*) FROM schemaver.diff(point, 'live')) AS differences
FROM (VALUES ('live'), ('head'), ('head~'), ('head~1'), ('head~2'), ('v1.1.0'), ('version:v1.1.0'), ('v1.1.0~1'),
             ('v1.0.0'), ('baseline:production'), ('v1.1.0~1~0')) AS points (point);
SELECT schemaver.fingerprint('commit:' || commit) = schemaver.fingerprint('v1.1.0') AS same
FROM schemaver.versions WHERE version = 'v1.1.0';
SELECT schemaver.fingerprint('@' || at) = schemaver.fingerprint('v1.0.0') AS same
FROM schemaver.commits WHERE commit = (SELECT commit FROM schemaver.versions WHERE version = 'v1.0.0');
SELECT schemaver.fingerprint('@' || (SELECT max(at) FROM schemaver.commits) || '~2') = schemaver.fingerprint('head~2') AS same;

-- version_info() is for release notes.
SELECT schemaver.version_info('v1.0.0') ->> 'version' AS version,
       schemaver.version_info('v1.0.0') ->> 'created_at' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$' AS created_at,
       schemaver.version_info('v1.0.0') ->> 'database_version' ~ '^PostgreSQL 1\d' AS database_version,
       schemaver.version_info('v1.0.0') ->> 'fingerprint' = schemaver.fingerprint('v1.0.0') AS fingerprint,
       schemaver.version_info('v1.0.0') #> '{objects,index}' AS indexes,
       (schemaver.version_info('v1.0.0') ->> 'tables')::int = (SELECT count(*) FROM schemaver.objects('v1.0.0') WHERE kind = 'table') AS tables,
       schemaver.version_info('v1.0.0') ->> 'description' AS description,
       schemaver.version_info('v1.0.0') -> 'migration_revision' AS migration_revision,
       schemaver.version_info('v1.0.0') -> 'migration_count' AS migration_count;
SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(schemaver.version_info('v1.0.0')) AS key;

-- A baseline moves; where it has been stays.
SELECT schemaver.set_baseline('production', 'v1.1.0') = schemaver.fingerprint('v1.1.0') AS same;
SELECT schemaver.set_baseline('production', description => 'released on Friday') = schemaver.fingerprint() AS same;
SELECT schemaver.drop_baseline('production');
SELECT number, action, description FROM schemaver.ref WHERE kind = 'baseline' ORDER BY number;
SELECT shop.trial('SELECT schemaver.fingerprint(''baseline:production'')') ~ 'SV005.*The baseline was dropped by';
SELECT schemaver.set_baseline('production') = schemaver.fingerprint() AS same;
SELECT count(*) FROM schemaver.baselines;

-- Dropping a version is an act of its own, with a reason.
SELECT schemaver.tag('v9.9.9') = schemaver.fingerprint() AS same;
SELECT shop.trial('SELECT schemaver.drop_version(''v9.9.9'')');
SELECT shop.trial('SELECT schemaver.drop_version(''v9.9.9'', '' '')');
SELECT schemaver.drop_version('v9.9.9', 'tagged too early');
SELECT regexp_replace(shop.trial('SELECT schemaver.fingerprint(''v9.9.9'')'), 'commit \d+', 'commit N');
SELECT shop.trial('SELECT schemaver.drop_version(''v9.9.9'', ''again'')') ~ '^SV005';
SELECT schemaver.tag('v9.9.9', 'this time right') = schemaver.fingerprint() AS same;
SELECT number, action, description FROM schemaver.ref WHERE name = 'v9.9.9' ORDER BY number;

-- What the ledger does not have cannot be named.
SET schemaver.capture = off;
ALTER TABLE shop.customers ADD pager text;
CREATE TABLE shop.uncaptured (id int);
RESET schemaver.capture;
SELECT shop.trial('SELECT schemaver.tag(''v2.0.0'')');
SELECT shop.trial('SELECT schemaver.set_baseline(''production'')') ~ '^SV020';
SELECT schemaver.tag('v2.0.0', at => 'head') = schemaver.fingerprint('head') AS same;
ALTER TABLE shop.customers DROP pager;
DROP TABLE shop.uncaptured;
SELECT schemaver.tag('v2.0.1') = schemaver.fingerprint('v2.0.0') AS same;
BEGIN;
ALTER TABLE shop.customers ADD fax text;
SELECT shop.trial('SELECT schemaver.tag(''v2.1.0'')');
ROLLBACK;
-- One that was tagged first is not changed by what its transaction does next.
BEGIN;
SELECT schemaver.tag('v2.1.0') = schemaver.fingerprint() AS same;
ALTER TABLE shop.customers ADD fax text;
COMMIT;
SELECT schemaver.fingerprint('v2.1.0') = schemaver.fingerprint('v2.0.0') AS same,
       schemaver.fingerprint('v2.1.0') = schemaver.fingerprint('head') AS is_head;

-- Names that are none.
SELECT name, shop.trial(format('SELECT schemaver.tag(%L)', name))
FROM (VALUES (''), ('-'), ('two words'), ('head'), ('commit:1'), ('v1~2'), (U&'v1\00B72'), (U&'\0445')) AS names (name);
SELECT shop.trial(format('SELECT schemaver.tag(%L)', repeat('v', 300)));
SELECT shop.trial('SELECT schemaver.tag(NULL)');
SELECT shop.trial('SELECT schemaver.set_baseline(''in production'')');

-- Points that there are not.
SELECT point, shop.trial(format('SELECT schemaver.fingerprint(%L)', point))
FROM (VALUES ('v1.2.0'), ('production'), ('baseline:prodution'), ('haed'), ('head~1000'), ('live~1'), ('comit:1'),
             ('server:staging'), ('backup:nightly'), ('@2001-01-01 00:00+00'), ('@2999-01-01 00:00+00'), ('@yesterdoy'),
             ('head~x')) AS points (point);

-- What other databases' dumps have brought along: a commit of theirs is none of this database's, and a name that two of
-- them have is nobody's.
INSERT INTO schemaver.timeline SELECT t, NULL, NULL, false, '1', 1, 1, 1, 'database ' || n, '15', now(), 'install'
FROM (VALUES (1, '10000000-0000-4000-8000-000000000001'::uuid), (2, '20000000-0000-4000-8000-000000000002')) AS v (n, t);
INSERT INTO schemaver.commit SELECT timeline, 900000000, '3', now(), 'ddl', 'ann', NULL, NULL, NULL, NULL, 0, 0, NULL, NULL
FROM schemaver.timeline WHERE database = 'database 1';
INSERT INTO schemaver.ref SELECT timeline, 'version', 'theirs', 1, 'set', 900000000, '3:3:', now(), 'ann', database, '15', NULL, 0, 'sv1:', '{}', NULL, NULL
FROM schemaver.timeline WHERE database LIKE 'database _';
SELECT regexp_replace(shop.trial('SELECT schemaver.fingerprint(''commit:900000000'')'), 'commit is \d+', 'commit is N');
SELECT shop.trial('SELECT schemaver.fingerprint(''theirs'')');
DELETE FROM schemaver.ref WHERE database = 'database 2';
SELECT schemaver.fingerprint('theirs') = schemaver.fingerprint() AS same;
SELECT shop.trial('SELECT schemaver.tag(''ours'', at => ''theirs'')');
SELECT shop.trial('SELECT schemaver.drop_version(''theirs'', ''why'')');
SELECT count(*) > 0 AS some, count(commit) AS commits, count(who) AS users, count(captured) AS captured FROM schemaver.diff('theirs', 'live');
DELETE FROM schemaver.ref WHERE database LIKE 'database _';
DELETE FROM schemaver.commit WHERE id = 900000000;
DELETE FROM schemaver.timeline WHERE database LIKE 'database _';

-- A backup is a point too.
SELECT schemaver.stamp_backup('nightly-1') IS NOT NULL AS stamped, schemaver.stamp_backup('small', false) IS NOT NULL AS small;
ALTER TABLE shop.customers DROP fax;
SELECT change, identity, property, captured FROM schemaver.diff('backup:nightly-1', 'live');
SELECT change, identity, property, captured FROM schemaver.diff('live', 'backup:small');
SELECT shop.trial('SELECT schemaver.fingerprint(''backup:nightly'')');
SELECT shop.trial('SELECT schemaver.tag(''v3'', at => ''backup:small'')');

-- Everybody may see them; only the database's owner may set them.
CREATE ROLE regress_schemaver_reader;
SET ROLE regress_schemaver_reader;
SELECT version FROM schemaver.versions ORDER BY version;
SELECT count(*) > 0 FROM schemaver.ref;
SELECT schemaver.tag('v4');
RESET ROLE;
DROP ROLE regress_schemaver_reader;

-- A copy has what its original had, and goes its own way from there.
SELECT current_database() AS origin \gset
\connect postgres
CREATE DATABASE regress_schemaver_copy TEMPLATE :"origin";
\connect regress_schemaver_copy
SELECT schemaver.set_baseline('production', 'v1.0.0') = schemaver.fingerprint('v1.0.0') AS moved;
SELECT schemaver.drop_version('v1.1.0', 'not here');
SELECT version, own FROM schemaver.versions ORDER BY version;
SELECT baseline, own, commit = (SELECT commit FROM schemaver.versions WHERE version = 'v1.0.0') AS at_the_first FROM schemaver.baselines;
SELECT schemaver.fingerprint('baseline:production') = schemaver.fingerprint('v1.0.0') AS moved;
\connect :origin
DROP DATABASE regress_schemaver_copy;
SELECT schemaver.fingerprint('baseline:production') = schemaver.fingerprint('v1.0.0') AS moved_here_too;

DROP SCHEMA shop CASCADE;
DROP EXTENSION schemaver;
