-- Drift: changes that nobody recorded, changes since a baseline, rules, acceptance, return.
CREATE EXTENSION schemaver;
CREATE TABLE people (id int PRIMARY KEY, email text, name text);
CREATE TABLE log (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE FUNCTION double(x int) RETURNS int LANGUAGE sql RETURN x * 2;
-- Nothing yet.
SELECT count(*) FROM schemaver.check_drift();
SELECT against, opened, returned FROM schemaver.drift_checks;

-- Past the ledger: a column altered, a view made, a function dropped, a table renamed, a privilege, a comment.
SET schemaver.capture = off;
ALTER TABLE people ALTER email TYPE varchar(20);
CREATE VIEW names AS SELECT name FROM people;
DROP FUNCTION double;
GRANT UPDATE ON people TO PUBLIC;
COMMENT ON TABLE people IS 'who';
RESET schemaver.capture;
SELECT id, state, severity, change, kind, identity, property, old_value, new_value, captured, who, commit
FROM schemaver.check_drift();
-- When it happened is after the check before, and after the object's last commit.
SELECT bool_and(earliest < latest), bool_and(latest = first_seen) FROM schemaver.drift;
-- Ledger and catalogs agree again, by a commit that no command explains.
SELECT count(*) FROM schemaver.diff('head', 'live');
SELECT commit, who, summary, message ~ '^found by a check at .*; the one before was at ' AS message FROM schemaver.log ORDER BY commit;
SELECT change, kind, identity, command FROM schemaver.changes WHERE commit = (SELECT max(commit) FROM schemaver.commits WHERE source = 'uncaptured') ORDER BY kind, identity;
SELECT identity, property, commit, who, captured FROM schemaver.diff('head~2', 'head') WHERE identity = 'public.people';
SELECT finding, detail FROM schemaver.verify_ledger();
-- The same drift is told once.
SELECT count(*) FROM schemaver.check_drift();
SELECT count(*), max(id) FROM schemaver.drift;

-- What is accepted is not told again; what returns is over.
SELECT schemaver.accept_drift(id, 'the view may stay') FROM schemaver.drift WHERE identity = 'public.names';
ALTER TABLE people ALTER email TYPE text;
REVOKE UPDATE ON people FROM PUBLIC;
SELECT identity, property FROM schemaver.check_drift();
SELECT identity, property, state, reason, accepted_by = session_user AS by_me, returned_at IS NOT NULL AS is_over FROM schemaver.drift;
DROP VIEW names;
SELECT count(*) FROM schemaver.check_drift();
SELECT state, reason FROM schemaver.drift WHERE identity = 'public.names';

-- Since a baseline: who did it, and by which statement.
SELECT schemaver.set_baseline('production') IS NOT NULL AS set;
ALTER TABLE people ADD pager text;
ALTER TABLE people DROP name;
SET schemaver.capture = off;
CREATE TABLE secret (id int);
RESET schemaver.capture;
SELECT against, severity, change, identity, property, captured, who = session_user AS by_me, statement
FROM schemaver.check_drift() WHERE against <> 'ledger' OR identity = 'public.secret';
-- A value that changes once more is other drift.
ALTER TABLE people ALTER pager TYPE varchar(10);
SELECT identity, property, new_value, statement FROM schemaver.check_drift('production') WHERE property = 'columns.pager';
SELECT new_value, state FROM schemaver.drift WHERE property = 'columns.pager' ORDER BY id;
-- Moved: what was drift is what should be.
SELECT schemaver.set_baseline('production') IS NOT NULL AS moved;
SELECT count(*) FROM schemaver.check_drift('production') WHERE against = 'baseline:production';

-- Rules.
INSERT INTO schemaver.ignore_rule (partitions_of, reason) VALUES ('public.log', 'a job makes and drops them');
INSERT INTO schemaver.ignore_rule (facet, reason) VALUES ('comment', 'nobody minds');
INSERT INTO schemaver.ignore_rule (kind, identity, reason) VALUES ('table', 'public.tmp\_%', 'scratch');
INSERT INTO schemaver.ignore_rule (schema, reason) VALUES ('sandbox', 'everybody plays there');
\set VERBOSITY terse
INSERT INTO schemaver.ignore_rule (reason) VALUES ('everything');
INSERT INTO schemaver.ignore_rule (facet, reason) VALUES ('looks', 'no such facet');
INSERT INTO schemaver.ignore_rule (identity, reason) VALUES (E'public.tmp\\', 'ends with half of an escape');
\set VERBOSITY default
SET schemaver.capture = off;
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE INDEX ON log_1 (at);
CREATE TABLE tmp_1 (id int);
CREATE TABLE tmpx (id int);
COMMENT ON TABLE people IS 'somebody';
CREATE SCHEMA sandbox CREATE TABLE toy (id int);
RESET schemaver.capture;
SELECT against, kind, identity, property FROM schemaver.check_drift() WHERE first_seen > (SELECT max(at) FROM schemaver.commits WHERE source = 'ddl') ORDER BY 1, 2, 3;
-- Ignored is not forgotten: the ledger has it.
SELECT count(*) FROM schemaver.diff('head', 'live');

-- What a monitor polls.
SELECT state, critical, warning, info, check_age < '1 minute' AS checked, backup_age, seal_age IS NULL AS never_sealed, unsealed > 0 AS unsealed,
    failing_jobs, reasons FROM schemaver.status();
SELECT key, value::bigint > 0 AS has_some FROM schemaver.status(), jsonb_each_text(bytes) ORDER BY key;
-- Each table is counted, and once.
SELECT sum(value::bigint) = (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'schemaver'::regnamespace AND relkind = 'r') AS all_of_it
FROM schemaver.status(), jsonb_each_text(bytes);

SELECT schemaver.accept_drift((SELECT min(id) FROM schemaver.drift WHERE identity = 'public.names'), 'late');
-- What is old goes; not what the next check goes by, nor what is accepted and still there.
SELECT schemaver.prune();
UPDATE schemaver.found_drift SET returned_at = returned_at - interval '91 days';
UPDATE schemaver.drift_check SET at = at - interval '91 days';
UPDATE schemaver.retention SET keep = '92 days' WHERE kind = 'drift checks';
SELECT count(*) FROM schemaver.drift WHERE state = 'returned';
SELECT schemaver.prune();
SELECT state, count(*) FROM schemaver.drift GROUP BY 1 ORDER BY 1;
UPDATE schemaver.retention SET keep = '90 days' WHERE kind = 'drift checks';
SELECT schemaver.prune() > 0 AS pruned;
SELECT against, count(*) FROM schemaver.drift_checks GROUP BY 1 ORDER BY 1;
DELETE FROM schemaver.retention WHERE kind = 'drift';
\set VERBOSITY terse
UPDATE schemaver.retention SET keep = '0';
INSERT INTO schemaver.retention VALUES ('history', '1 day');
\set VERBOSITY default

-- Bad input.
SELECT schemaver.check_drift('produktion');
SELECT schemaver.check_drift('live');
SELECT schemaver.accept_drift(4711, 'why not');
SELECT schemaver.accept_drift((SELECT min(id) FROM schemaver.drift WHERE state = 'open'), ' ');
SELECT schemaver.accept_drift((SELECT min(id) FROM schemaver.drift WHERE state = 'open'), NULL);
SELECT schemaver.accept_drift(NULL, 'late');
BEGIN;
CREATE TABLE here (id int);
SELECT schemaver.check_drift();
ROLLBACK;
BEGIN READ ONLY;
SELECT schemaver.check_drift();
ROLLBACK;
-- In an old snapshot a check sees the schema as it is.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 FROM schemaver.log;
SELECT count(*) >= 0 FROM schemaver.check_drift();
COMMIT;

-- Who is nobody may do none of it.
CREATE ROLE drift_nobody;
SET ROLE drift_nobody;
SELECT schemaver.check_drift();
SELECT schemaver.accept_drift(1, 'x');
SELECT * FROM schemaver.drift;
INSERT INTO schemaver.ignore_rule (kind, reason) VALUES ('table', 'x');
RESET ROLE;
DROP ROLE drift_nobody;

DROP EXTENSION schemaver;
DROP TABLE people, log, secret, tmp_1, tmpx;
DROP SCHEMA sandbox CASCADE;
