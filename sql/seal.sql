-- Tamper evidence: whatever a superuser does to the rows of the ledger, verify_ledger() finds and names it.
CREATE EXTENSION schemaver;
\pset format unaligned
\pset null -

-- Without what differs from run to run.
CREATE FUNCTION public.verify(digest text DEFAULT NULL, OUT finding text) RETURNS SETOF text LANGUAGE sql AS $$
SELECT concat_ws(' | ', severity, finding, 'commit ' || commit, regexp_replace(object, '\d{3,}', 'N'),
                 regexp_replace(regexp_replace(regexp_replace(detail, ' at \d{4}-\d\d-\d\d [0-9:.]+[+-]\d+', ' at TIME', 'g'),
                     ' Last seal: .*', ''), 'imeline [0-9a-f-]{36}', 'imeline T'))
FROM schemaver.verify_ledger(digest)
$$;
-- A mixed workload: savepoints, a rolled-back one, several commands, a rename, a drop, a transaction that is prepared
-- and gets its number before others.
CREATE TABLE people (id int PRIMARY KEY, name text);
BEGIN;
ALTER TABLE people ADD pager text;
SAVEPOINT one;
CREATE TABLE taken_back (id int);
ROLLBACK TO one;
SAVEPOINT two;
CREATE VIEW names AS SELECT name FROM people;
RELEASE two;
COMMENT ON VIEW names IS 'of people';
COMMIT;
BEGIN;
CREATE TABLE late (id int);
PREPARE TRANSACTION 'late';
ALTER VIEW names RENAME TO labels;
CREATE TABLE short (id int);
DROP TABLE short;
SELECT verify();
SELECT schemaver.seal() IS NOT NULL AS sealed;
-- Nothing new: the same digest.
SELECT schemaver.seal() = digest AS same FROM schemaver.seals;
SELECT number, commits, own, (SELECT count(*) FROM schemaver.sealed) AS listed FROM schemaver.seals;
CREATE TABLE pets (id int);
-- The prepared one becomes visible, with a number that is below the last sealed one: a later seal covers it.
COMMIT PREPARED 'late';
SELECT verify();
SELECT schemaver.seal() AS digest \gset
SELECT commit, seal FROM schemaver.sealed ORDER BY commit;
-- A transaction's own commit is not finished: it is sealed by the next.
BEGIN;
CREATE TABLE unfinished (id int);
SELECT schemaver.seal() = :'digest' AS nothing_to_seal;
CREATE TABLE unfinished_too (id int);
COMMIT;
SELECT verify(:'digest');
SELECT schemaver.seal() AS digest \gset
SELECT schemaver.seal() = :'digest' AS same;
SELECT verify(:'digest');
CREATE TABLE not_sealed (id int);
SELECT verify(:'digest');

-- Each table's columns: an edit of any of them is found. (Of the view's texts and documents, further down.)
CREATE FUNCTION public.edit_each(relation regclass, condition text, OUT "column" name, OUT findings text) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
    type regtype;
    value text;
BEGIN
    FOR "column", type IN SELECT attname, atttypid FROM pg_attribute WHERE attrelid = relation AND attnum > 0 ORDER BY attnum LOOP
        value := CASE type WHEN 'uuid'::regtype THEN quote_literal('00000000-0000-0000-0000-000000000001')
            WHEN 'text'::regtype THEN format('COALESCE(%I, '''') || ''x''', "column") WHEN 'bytea'::regtype THEN format('COALESCE(%I, '''') || ''\x00''', "column")
            WHEN 'text[]'::regtype THEN format('array_append(%I, NULL)', "column")
            WHEN 'boolean'::regtype THEN format('NOT %I', "column") WHEN 'timestamptz'::regtype THEN format('%I + ''1 microsecond''', "column")
            WHEN 'xid8'::regtype THEN quote_literal('9') WHEN 'oid'::regtype THEN format('(%I::bigint + 1)::oid', "column")
            WHEN 'pg_snapshot'::regtype THEN quote_literal('1:1:')
            ELSE format('COALESCE(%I, 0) + 1000', "column") END;
        BEGIN
            EXECUTE format('UPDATE %s SET %I = %s WHERE %s', relation, "column", value, condition);
            SELECT string_agg(DISTINCT concat_ws(' ', f.finding || ':', f.commit, regexp_replace(f.object, '\d{3,}', 'N')), ', ') INTO findings
            FROM schemaver.verify_ledger() AS f WHERE severity <> 'info';
            RAISE EXCEPTION USING ERRCODE = 'P0004';
        EXCEPTION WHEN SQLSTATE 'P0004' THEN
            RETURN NEXT;
        END;
    END LOOP;
END $$;
SELECT * FROM edit_each('schemaver.commit', 'id = 3');
SELECT * FROM edit_each('schemaver.command', 'transaction = (SELECT transaction FROM schemaver.commit WHERE id = 3) AND number = 1');
SELECT * FROM edit_each('schemaver.change', 'commit = 3 AND number = 1');
SELECT * FROM edit_each('schemaver.seal', 'number = 2');
SELECT * FROM edit_each('schemaver.sealed', 'commit = 3');

-- One that is not sealed yet has its digest all the same.
BEGIN;
UPDATE schemaver.commit SET who = 'somebody' WHERE id = (SELECT max(id) FROM schemaver.commit);
SELECT verify();
ROLLBACK;
-- With the digest computed anew, or whatever: sealed.
BEGIN;
UPDATE schemaver.commit SET digest = sha256('') WHERE id = 3;
SELECT verify();
ROLLBACK;

-- Deleted: the whole, its row alone, a change, a command, a command's text, a definition.
BEGIN;
DELETE FROM schemaver.command WHERE transaction = (SELECT transaction FROM schemaver.commit WHERE id = 3);
DELETE FROM schemaver.change WHERE commit = 3;
DELETE FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.change WHERE commit = 3 AND number = 2;
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.command WHERE number = 1 AND transaction = (SELECT transaction FROM schemaver.commit WHERE id = 3);
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.statement WHERE text ~ 'ADD pager';
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.definition WHERE digest = (SELECT digest_after FROM schemaver.change WHERE identity = 'public.pets');
SELECT verify();
ROLLBACK;
-- The unsealed one's row: what is left of it tells.
BEGIN;
DELETE FROM schemaver.commit WHERE id = (SELECT max(id) FROM schemaver.commit);
SELECT verify();
ROLLBACK;

-- Inserted: a change, a command, a commit among the sealed ones, one without a digest, a command that nobody ran.
BEGIN;
INSERT INTO schemaver.change SELECT timeline, 3, 99, 'removed', 'table', 'public.payroll', 'public', NULL, digest_after, NULL, 1259, 1, NULL, false FROM schemaver.change WHERE commit = 3 AND number = 1;
SELECT verify();
ROLLBACK;
BEGIN;
INSERT INTO schemaver.command SELECT timeline, transaction, 99, at, 'DROP TABLE', 'ann', '{table public.payroll}', NULL, NULL FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;
BEGIN;
INSERT INTO schemaver.commit SELECT timeline, -id, transaction, at, source, who, application, NULL, NULL, NULL, commands, changes, NULL, digest FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;
BEGIN;
INSERT INTO schemaver.commit SELECT timeline, 999, '999999999', now(), 'ddl', 'ann', NULL, NULL, NULL, NULL, 0, 0, NULL, NULL FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;
BEGIN;
INSERT INTO schemaver.command SELECT timeline, '999999999', 1, at, 'DROP TABLE', 'ann', '{table public.payroll}', NULL, NULL FROM schemaver.commit WHERE id = 3;
SELECT verify();
ROLLBACK;

-- Swapped.
BEGIN;
UPDATE schemaver.commit SET id = CASE id WHEN 2 THEN 3 ELSE 2 END WHERE id IN (2, 3);
SELECT verify();
ROLLBACK;
BEGIN;
UPDATE schemaver.change SET number = 3 - number WHERE commit = 3 AND number IN (1, 2);
SELECT verify();
ROLLBACK;

-- Edited: a definition, its white space alone, a text.
BEGIN;
UPDATE schemaver.definition SET document = replace(document, 'pager', 'phone') WHERE document ~ 'pager';
SELECT verify();
ROLLBACK;
BEGIN;
UPDATE schemaver.definition SET document = document || ' ' WHERE digest = (SELECT digest_after FROM schemaver.change WHERE identity = 'public.pets');
SELECT verify();
ROLLBACK;
BEGIN;
UPDATE schemaver.definition SET document = 'neither' WHERE digest = (SELECT digest_after FROM schemaver.change WHERE identity = 'public.pets');
SELECT verify();
ROLLBACK;
BEGIN;
UPDATE schemaver.statement SET text = replace(text, 'pager', 'phone') WHERE text ~ 'ADD pager';
SELECT verify();
ROLLBACK;

-- Seals: one is gone, with its list and without; the list alone; two have changed places.
BEGIN;
DELETE FROM schemaver.seal WHERE number = 2;
SELECT verify();
DELETE FROM schemaver.sealed WHERE seal = 2;
SELECT verify();
ROLLBACK;
BEGIN;
DELETE FROM schemaver.sealed WHERE seal = 2;
SELECT verify();
ROLLBACK;
BEGIN;
UPDATE schemaver.seal SET number = 3 - number WHERE number < 3;
SELECT verify();
ROLLBACK;

-- A tail that has gone with its seal: of that the tables know nothing, the digest that was kept does.
BEGIN;
CREATE TEMP TABLE tail AS SELECT id, transaction FROM schemaver.commit WHERE id NOT IN (SELECT commit FROM schemaver.sealed WHERE seal < 3);
DELETE FROM schemaver.command WHERE transaction IN (SELECT transaction FROM tail);
DELETE FROM schemaver.change WHERE commit IN (SELECT id FROM tail);
DELETE FROM schemaver.commit WHERE id IN (SELECT id FROM tail);
DELETE FROM schemaver.sealed WHERE seal >= 3;
DELETE FROM schemaver.seal WHERE number >= 3;
SELECT verify();
SELECT verify(:'digest');
-- Sealed again, it is another chain.
COMMIT;
CREATE TABLE in_its_place (id int);
SELECT schemaver.seal() = :'digest' AS same;
SELECT verify();
SELECT verify(:'digest');
-- All seals are gone.
BEGIN;
DELETE FROM schemaver.sealed;
DELETE FROM schemaver.seal;
SELECT verify();
SELECT verify(:'digest');
ROLLBACK;
SELECT verify('svs1:00000000-0000-0000-0000-000000000001:1:' || repeat('0', 64));

-- Rows that are there twice and equal, as after a dump that was restored twice, are no finding; different ones are.
BEGIN;
INSERT INTO schemaver.commit SELECT * FROM schemaver.commit;
INSERT INTO schemaver.command SELECT * FROM schemaver.command;
INSERT INTO schemaver.change SELECT * FROM schemaver.change;
INSERT INTO schemaver.definition SELECT * FROM schemaver.definition;
INSERT INTO schemaver.seal SELECT * FROM schemaver.seal;
INSERT INTO schemaver.sealed SELECT * FROM schemaver.sealed;
SELECT verify();
SELECT schemaver.seal() = (SELECT digest FROM schemaver.seals LIMIT 1) AS same;
UPDATE schemaver.commit SET who = 'somebody' WHERE id = 3 AND ctid = (SELECT max(ctid) FROM schemaver.commit WHERE id = 3);
UPDATE schemaver.seal SET who = 'somebody' WHERE number = 2 AND ctid = (SELECT max(ctid) FROM schemaver.seal WHERE number = 2);
SELECT verify();
ROLLBACK;

-- Who confirmed or lifted what: sealed too, with the commits or alone; an edit of any column is found.
SELECT schemaver.lift_guard('ticket 7');
SELECT schemaver.confirm_destructive('ticket 8', '1 minute');
SELECT schemaver.seal() AS digest \gset
SELECT number, commits FROM schemaver.seals LIMIT 1;
SELECT commit, count(*) FROM schemaver.sealed WHERE seal = (SELECT max(number) FROM schemaver.seal) GROUP BY commit;
SELECT schemaver.seal() = :'digest' AS same;
CREATE TABLE confirmed (id int);
DROP TABLE confirmed;
SELECT schemaver.confirm_destructive('ticket 9', '1 minute');
SELECT schemaver.seal() AS digest \gset
SELECT number, commits FROM schemaver.seals LIMIT 1;
SELECT verify(:'digest');
SELECT * FROM edit_each('schemaver.guard_act', $$reason = 'ticket 8'$$);
BEGIN;
DELETE FROM schemaver.guard_act WHERE act = 'lifted';
SELECT verify();
-- The list's row with it: then the seal is not what it was.
DELETE FROM schemaver.sealed WHERE commit = 0 AND seal = 4;
SELECT verify();
ROLLBACK;
BEGIN;
INSERT INTO schemaver.guard_act SELECT * FROM schemaver.guard_act;
SELECT verify(:'digest');
SELECT schemaver.seal() = :'digest' AS same;
ROLLBACK;

-- What commits wrote down of migrations: of a ledger that was sealed before seals covered that, the next seal takes it up.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
BEGIN;
CREATE TABLE migrated (id int);
INSERT INTO alembic_version VALUES ('one');
COMMIT;
CREATE TEMP TABLE kept_changes AS SELECT * FROM schemaver.revision_change;
CREATE TEMP TABLE kept_effects AS SELECT * FROM schemaver.commit_effect;
DELETE FROM schemaver.revision_change;
DELETE FROM schemaver.commit_effect;
SELECT schemaver.seal() AS digest \gset
INSERT INTO schemaver.revision_change SELECT * FROM kept_changes;
INSERT INTO schemaver.commit_effect SELECT * FROM kept_effects;
SELECT verify(:'digest');
SELECT schemaver.begin_migration('two', 'all that it takes');
BEGIN;
ALTER TABLE migrated ADD more int;
UPDATE alembic_version SET version_num = 'two';
COMMIT;
SELECT schemaver.end_migration();
SELECT verify(:'digest');
SELECT schemaver.seal() AS digest \gset
SELECT verify(:'digest');
SELECT schemaver.seal() = :'digest' AS same;
SELECT max(commit) AS migrated FROM schemaver.commit_effect \gset
-- Each is listed with its commit.
SELECT r.place, s.seal, count(*) FROM schemaver.sealed AS s
JOIN (SELECT commit, row_number() OVER (ORDER BY commit) AS place FROM (SELECT DISTINCT commit FROM schemaver.revision_change) AS d) AS r ON r.commit = -s.commit
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM edit_each('schemaver.migration', $$act = 'begin'$$);
SELECT * FROM edit_each('schemaver.migration', $$act = 'commit'$$);
SELECT * FROM edit_each('schemaver.revision_change', 'commit = ' || :'migrated');
SELECT * FROM edit_each('schemaver.commit_effect', 'commit = ' || :'migrated');
BEGIN;
DELETE FROM schemaver.migration WHERE act = 'end';
DELETE FROM schemaver.revision_change WHERE how <> 'found';
DELETE FROM schemaver.commit_effect WHERE commit = :migrated;
SELECT verify();
-- One in the place of another, and one more.
INSERT INTO schemaver.commit_effect SELECT timeline, commit, started, '{}', '{}' FROM kept_effects;
INSERT INTO schemaver.commit_effect SELECT timeline, :migrated, started, '{}', '{}' FROM kept_effects;
SELECT verify();
ROLLBACK;
-- Inserted: of a commit that is sealed, also of one without such rows, and of one that nobody made. A later seal does not take them.
BEGIN;
INSERT INTO schemaver.migration SELECT timeline, 99, 'commit', now(), 'ann', 'three', NULL, :migrated FROM kept_effects;
INSERT INTO schemaver.revision_change SELECT timeline, tool, schema, 3, 2, 'commit', NULL, 'zero', 'ok', NULL, '{zero}', '{}', 'upgrade' FROM kept_changes LIMIT 1;
INSERT INTO schemaver.commit_effect SELECT timeline, 9999, started, '{}', '{}' FROM kept_effects;
SELECT verify(:'digest');
COMMIT;
CREATE TABLE one_more (id int);
SELECT schemaver.seal() IS NOT NULL AS sealed;
SELECT verify(:'digest');
DELETE FROM schemaver.migration WHERE name = 'three';
DELETE FROM schemaver.revision_change WHERE revision_after = 'zero';
DELETE FROM schemaver.commit_effect WHERE commit = 9999;
SELECT verify(:'digest');
-- Of a commit that is not sealed yet they are to come.
SELECT schemaver.begin_migration('four');
ALTER TABLE migrated ADD still_more int;
SELECT schemaver.end_migration();
SELECT verify(:'digest');
SELECT schemaver.seal() AS digest \gset
BEGIN;
INSERT INTO schemaver.migration SELECT * FROM schemaver.migration;
INSERT INTO schemaver.revision_change SELECT * FROM schemaver.revision_change;
INSERT INTO schemaver.commit_effect SELECT * FROM schemaver.commit_effect;
SELECT verify(:'digest');
SELECT schemaver.seal() = :'digest' AS same;
ROLLBACK;
-- A table that is not ours any more.
BEGIN;
SET LOCAL schemaver.capture = off;
ALTER TABLE schemaver.commit_effect ADD newer int;
SELECT schemaver.seal();
ROLLBACK;

-- What is no digest; what is no table of ours any more.
SELECT * FROM schemaver.verify_ledger('');
SELECT * FROM schemaver.verify_ledger('svs1:1:2');
BEGIN READ ONLY;
SELECT schemaver.seal();
ROLLBACK;
BEGIN;
ALTER TABLE schemaver.sealed ALTER seal TYPE integer;
SELECT * FROM schemaver.verify_ledger();
ROLLBACK;
BEGIN;
UPDATE schemaver.commit SET at = at + '1 s' WHERE id = 3;
SET LOCAL schemaver.capture = off;
ALTER TABLE schemaver.sealed RENAME TO unsealed;
SELECT schemaver.seal();
ROLLBACK;
SELECT verify();
-- (That digests follow docs/security.md is tested there, and by test/bench/seal.sql.)
DROP TABLE people CASCADE;
DROP TABLE alembic_version, migrated, one_more;
DROP TABLE late, pets, unfinished, unfinished_too, not_sealed, in_its_place;
DROP FUNCTION verify, edit_each;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
