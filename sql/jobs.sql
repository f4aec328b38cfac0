-- Jobs: scheduling and its errors, what the views say, who may. What workers do with them is in test/tap/500_worker.pl.
CREATE EXTENSION schemaver;
\pset null -
SELECT job, every, at, paused, options, last_outcome, failures, next_due <= now() AS is_due FROM schemaver.jobs;
SELECT served, by, reason FROM schemaver.worker_status();
-- A time of day, with the session's zone or its own, and with a day to begin on.
SET TimeZone = 'Europe/Berlin';
SELECT schemaver.schedule('snapshot', '1 day', '02:00') > now() AS later;
SELECT schemaver.schedule('snapshot:weekly', '1 week', '2040-01-02 03:30 UTC');
SELECT schemaver.schedule('seal', '5 minutes', options => '{"paused": true}') <= clock_timestamp() AS at_once;
SELECT job, every, at, paused, next_due IS NULL AS never FROM schemaver.jobs;
-- The last word counts.
SELECT schemaver.schedule('snapshot', '1 month 2 days 03:00:00') <= clock_timestamp() AS at_once;
SELECT schemaver.unschedule('snapshot:weekly');
SELECT job, every, at FROM schemaver.jobs;
SELECT job, number, action FROM schemaver.job ORDER BY job, number;
-- A rolled-back one does not.
BEGIN;
SELECT schemaver.unschedule('snapshot');
ROLLBACK;
SELECT job FROM schemaver.jobs;
-- Errors
DO $$
DECLARE
    statement text; message text; detail text; hint text; state text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $q$schedule('sael', '1 day')$q$, $q$schedule('seal:', '1 day')$q$, $q$schedule(NULL, '1 day')$q$,
        $q$schedule('seal', NULL)$q$, $q$schedule('seal', '0')$q$, $q$schedule('seal', '-1 day')$q$,
        $q$schedule('seal', '1 day -1 hour')$q$, $q$schedule('seal', '10 ms')$q$, $q$schedule('seal', '2000 years')$q$,
        $q$schedule('seal', '1 day', '25:00')$q$, $q$schedule('seal', '1 day', '2026-02-30 02:00 UTC')$q$,
        $q$schedule('seal', '1 day', '02:00 Mars/North')$q$, $q$schedule('seal', '1 day', 'noon')$q$,
        $q$schedule('seal', '1 day', options => '{"puased": true}')$q$,
        $q$schedule('seal', '1 day', options => '{"paused": "yes"}')$q$, $q$schedule('seal', '1 day', options => '[]')$q$,
        $q$unschedule('snapshot:weekly')$q$, $q$unschedule('never')$q$]
    LOOP
        BEGIN
            EXECUTE 'SELECT schemaver.' || statement;
            RAISE EXCEPTION 'no error: %', statement;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                state = RETURNED_SQLSTATE;
            RAISE INFO '% -> % % | % | %', statement, state, message, detail, hint;
        END;
    END LOOP;
END $$;
BEGIN READ ONLY;
SELECT schemaver.schedule('seal', '1 day');
ROLLBACK;
BEGIN READ ONLY;
SELECT schemaver.snapshot();
ROLLBACK;
-- Snapshots: one row for what stays the same.
SELECT schemaver.snapshot() = schemaver.fingerprint() AS first;
SELECT schemaver.snapshot() IS NULL AS unchanged;
SELECT count(*), min(commit) AS commit FROM schemaver.snapshots;
CREATE TABLE people (id integer);
SELECT schemaver.snapshot() = schemaver.fingerprint() AS changed;
SET schemaver.capture = off;
ALTER TABLE people ADD COLUMN past_the_ledger integer;
RESET schemaver.capture;
SELECT schemaver.snapshot() = schemaver.fingerprint() AS changed;
SELECT commit, fingerprint = schemaver.fingerprint() AS is_live, first_seen <= last_seen AS ordered FROM schemaver.snapshots;
-- What a job looks at every day is kept for a week, the rest for a month; what somebody looked at by hand as well counts as the rest.
SELECT count(*) FILTER (WHERE daily) AS daily, count(*) AS all FROM schemaver.snapshots;
CREATE TABLE pets (id integer);
SELECT schemaver.snapshot(daily => true) IS NOT NULL AS changed;
CREATE TABLE toys (id integer);
SELECT schemaver.snapshot(daily => true) IS NOT NULL AS changed;
SELECT schemaver.snapshot() IS NULL AS unchanged;
CREATE TABLE balls (id integer);
SELECT schemaver.snapshot(daily => true) IS NOT NULL AS changed;
SELECT daily, count(*) FROM schemaver.snapshots GROUP BY 1 ORDER BY 1;
SELECT schemaver.prune();
UPDATE schemaver.snapshot SET last_seen = last_seen - interval '8 days';
SELECT schemaver.prune();
SELECT daily, count(*) FROM schemaver.snapshots GROUP BY 1 ORDER BY 1;
UPDATE schemaver.snapshot SET last_seen = last_seen - interval '23 days';
SELECT schemaver.prune() > 0 AS pruned;
SELECT daily, count(*) FROM schemaver.snapshots GROUP BY 1 ORDER BY 1;
DROP TABLE pets, toys, balls;
-- Nothing to stop here, and roles without rights.
SELECT schemaver.stop_worker();
CREATE ROLE jobs_somebody;
SET ROLE jobs_somebody;
SELECT * FROM schemaver.jobs;
SELECT schemaver.schedule('seal', '1 day');
RESET ROLE;
GRANT pg_monitor TO jobs_somebody;
SET ROLE jobs_somebody;
SELECT job FROM schemaver.jobs;
SELECT count(*) FROM schemaver.job_runs;
SELECT schemaver.unschedule('seal');
RESET ROLE;
DROP ROLE jobs_somebody;
DROP TABLE people;
DROP EXTENSION schemaver;
