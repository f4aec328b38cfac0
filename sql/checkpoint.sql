-- A checkpoint takes history out: what stays is exactly what it was, and the ledger verifies from there on.
CREATE EXTENSION schemaver;
\pset format unaligned
\pset null -
CREATE TABLE people (id int PRIMARY KEY, name text);
ALTER TABLE people ADD pager text;
CREATE VIEW names AS SELECT name FROM people;
SELECT schemaver.tag('v1') IS NOT NULL AS tagged;
ALTER TABLE people RENAME TO persons;
CREATE TABLE brief (id int);
SELECT schemaver.set_baseline('production') IS NOT NULL AS set;
DROP TABLE brief;
CREATE TABLE pets (id int, owner int REFERENCES persons);
SELECT schemaver.stamp_backup('nightly', definitions => false) IS NOT NULL AS stamped;
ALTER TABLE pets ADD name text DEFAULT 'nobody knows this';
ALTER TABLE pets DROP name;
CREATE INDEX pets_owner ON pets (owner);
SELECT max(commit) AS until FROM schemaver.commits \gset
SELECT at AS then FROM schemaver.commits WHERE commit = :until \gset

ALTER TABLE persons ADD born date;
CREATE ROLE checkpoint_somebody;
SELECT schemaver.seal() AS seal_before \gset

CREATE FUNCTION public.points(OUT point text, OUT fingerprint text) RETURNS SETOF record LANGUAGE sql AS $$
SELECT p, schemaver.fingerprint(p) FROM unnest('{v1,baseline:production,backup:nightly,head,live,commit:11}'::text[]) AS p
$$;
CREATE FUNCTION public.differences() RETURNS SETOF text LANGUAGE sql AS $$
SELECT concat_ws(' ', change, identity, former_identity, property, old_value, new_value) FROM schemaver.diff('v1', 'live')
WHERE identity NOT LIKE 'public.points%' AND identity NOT LIKE 'public.differences%' ORDER BY 1
$$;
CREATE TABLE public.before AS SELECT * FROM points();
CREATE TABLE public.differences_before AS SELECT d FROM differences() AS d;
SELECT schemaver.seal() AS seal_before \gset
SELECT string_agg(point, ' ') AS the_same FROM (SELECT * FROM before INTERSECT SELECT * FROM points() ORDER BY 1) AS same WHERE point NOT IN ('head', 'live');
SELECT commit, summary FROM schemaver.log WHERE commit < 13;
SELECT count(*) AS definitions FROM schemaver.definition WHERE document LIKE '%nobody knows this%';

-- Bad input, and who may not.
\set VERBOSITY terse
SELECT schemaver.checkpoint_ledger('commit:11', ' ');
SELECT schemaver.checkpoint_ledger('live', 'no commit');
SELECT schemaver.checkpoint_ledger('commit:1', 'nothing is before');
SELECT schemaver.checkpoint_ledger('v9', 'no such version');
SET ROLE checkpoint_somebody;
SELECT schemaver.checkpoint_ledger('commit:11', 'who am I');
RESET ROLE;
BEGIN;
CREATE TABLE begun ();
SELECT schemaver.checkpoint_ledger('commit:11', 'in the middle');
ROLLBACK;
\set VERBOSITY default

SELECT schemaver.checkpoint_ledger(format('commit:%s', :until), 'older than we keep') AS digest \gset
SELECT commit, who, summary, message FROM schemaver.log WHERE commit < 13;
SELECT commit, who, reason, first_commit, commits, own, seal = :'seal_before' AS sealed_before FROM schemaver.checkpoints;
SELECT fingerprint = schemaver.fingerprint(format('commit:%s', commit)) AS same FROM schemaver.checkpoints;
-- What the ledger says of all that is left is what it said before.
SELECT string_agg(point, ' ') AS the_same FROM (SELECT * FROM before INTERSECT SELECT * FROM points() ORDER BY 1) AS same WHERE point NOT IN ('head', 'live');
SELECT * FROM differences_before EXCEPT SELECT * FROM differences();
SELECT * FROM differences() EXCEPT SELECT * FROM differences_before;
SELECT count(*) FROM schemaver.diff('head', 'live');
SELECT count(*) AS definitions FROM schemaver.definition WHERE document LIKE '%nobody knows this%';
SELECT schemaver.fingerprint('@' || :'then') = schemaver.fingerprint('commit:11') AS time_travel;
SELECT commit, who, change, object, command FROM schemaver.history('persons');
SELECT element, commit, command FROM schemaver.blame('pets');
SELECT DISTINCT commit, who FROM schemaver.diff('v1', 'baseline:production');
-- What is gone says so.
DO $$
DECLARE
    point text;
    message text;
    detail text;
    hint text;
BEGIN
    FOREACH point IN ARRAY ARRAY['commit:5', 'v1~1', 'head~9', '@' || (SELECT at - interval '1 microsecond' FROM schemaver.commits WHERE commit = 11), '@2020-01-01', 'commit:4711'] LOOP
        BEGIN
            PERFORM schemaver.fingerprint(point);
            RAISE INFO '% is there', left(point, 6);
        EXCEPTION WHEN SQLSTATE 'SV005' THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            RAISE INFO '% | % | %', regexp_replace(message, '@[^"]*', '@TIME'), regexp_replace(detail, ' at \d{4}[^:]*:\d\d:[^:]*:', ' at TIME:'), hint;
        END;
    END LOOP;
END $$;
SELECT commit, change, command FROM schemaver.history('brief');

-- The ledger verifies, by digests of before and after; an edit of what is left is found.
CREATE FUNCTION public.verify(digest text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
SELECT concat_ws(' | ', severity, finding, 'commit ' || commit, CASE WHEN severity <> 'info' THEN regexp_replace(detail, ' at \d{4}-\d\d-\d\d [0-9:.]+[+-]\d+', ' at TIME', 'g') END)
FROM schemaver.verify_ledger(digest)
$$;
SELECT * FROM verify(:'digest');
SELECT * FROM verify(:'seal_before');
SELECT schemaver.seal() IS NOT NULL AS sealed;
SELECT * FROM verify(:'digest');
CREATE FUNCTION public.after(edit text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    findings text[];
BEGIN
    EXECUTE edit;
    findings := ARRAY(SELECT f FROM verify() AS f WHERE f NOT LIKE 'info%');
    RAISE EXCEPTION USING ERRCODE = 'P0004';
EXCEPTION WHEN SQLSTATE 'P0004' THEN
    RETURN QUERY SELECT unnest(findings);
END $$;
SELECT after('UPDATE schemaver.checkpoint SET reason = ''another''');
SELECT after('UPDATE schemaver.checkpoint SET commits = commits - 1');
SELECT after('DELETE FROM schemaver.checkpoint');
SELECT after('UPDATE schemaver.checkpoint SET commit = commit + 1');
SELECT after('UPDATE schemaver.commit SET at = at - interval ''1 day'' WHERE id = 11');
SELECT after('DELETE FROM schemaver.change WHERE commit = 6 AND number = 1');
SELECT after('DELETE FROM schemaver.commit WHERE id = 11');
SELECT after('DELETE FROM schemaver.commit WHERE id = 12; DELETE FROM schemaver.change WHERE commit = 12; DELETE FROM schemaver.command WHERE transaction NOT IN (SELECT transaction FROM schemaver.commit)');
SELECT after('UPDATE schemaver.commit SET source = ''checkpoint'' WHERE id = 12');
SELECT after('INSERT INTO schemaver.commit SELECT timeline, 3, transaction, at, source, who, application, revision_before, revision_after, message, commands, 0, postponed, digest FROM schemaver.commit WHERE id = 11');

-- DDL goes on, and a second checkpoint goes on from the first; a version that was dropped is needed no more.
ALTER TABLE persons DROP pager CASCADE;
SELECT schemaver.drop_version('v1', 'of no interest');
SELECT schemaver.checkpoint_ledger('head', 'all of it') AS digest \gset
SELECT commit = (SELECT max(commit) FROM schemaver.commits) AS last, source FROM schemaver.commits ORDER BY commit DESC;
SELECT * FROM verify(:'digest');
SELECT * FROM verify(:'seal_before');
SELECT string_agg(point, ' ') AS the_same FROM (SELECT * FROM before INTERSECT SELECT p, schemaver.fingerprint(p) FROM unnest('{baseline:production,backup:nightly}'::text[]) AS p ORDER BY 1) AS same;
SELECT count(*) FROM schemaver.diff('head', 'live');
SELECT count(*) AS open FROM schemaver.check_drift('production') WHERE against = 'ledger';

-- Drift whose commit a checkpoint takes out stays open: what was before it nobody knows any more.
SET schemaver.capture = off;
CREATE TABLE past_it (id int);
RESET schemaver.capture;
SELECT identity, state FROM schemaver.check_drift('production') WHERE against = 'ledger';
ALTER TABLE pets ADD name text;
SELECT schemaver.checkpoint_ledger('head', 'once more') IS NOT NULL AS done;
DROP TABLE past_it;
SELECT id AS drift, identity, state FROM schemaver.check_drift('production') WHERE against = 'ledger';
SELECT schemaver.accept_drift(max(id), 'it has gone') FROM schemaver.drift WHERE against = 'ledger';
SELECT count(*) FROM schemaver.check_drift('production') WHERE against = 'ledger';
SELECT * FROM verify();
DROP EXTENSION schemaver CASCADE;
DROP SCHEMA schemaver;
DROP FUNCTION points, differences, verify, after;
DROP TABLE before, differences_before, pets, persons CASCADE;
DROP ROLE checkpoint_somebody;
