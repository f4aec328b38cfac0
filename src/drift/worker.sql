-- Jobs: what is to be done in this database and how often, and what came of it. Done by workers, which need no session.

CREATE FUNCTION schemaver.schedule(
    job text, every interval, at text DEFAULT NULL, options jsonb DEFAULT '{}') RETURNS timestamptz
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_schedule';
COMMENT ON FUNCTION schemaver.schedule(text, interval, text, jsonb) IS
    'has a worker do a job every so often, at a time of day if one is given: schedule(''snapshot'', ''1 day'', ''02:00 UTC''); '
    'a job is seal, snapshot or another kind, with a name behind a colon where there are several; returns when it is due; NULL: it is paused';

CREATE FUNCTION schemaver.unschedule(job text) RETURNS void
LANGUAGE C VOLATILE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_unschedule';
COMMENT ON FUNCTION schemaver.unschedule(text) IS 'has a job done no more; its runs stay in job_runs';

CREATE FUNCTION schemaver.job_states(
    OUT job text, OUT every interval, OUT at text, OUT options jsonb, OUT paused boolean, OUT next_due timestamptz,
    OUT last_started timestamptz, OUT last_outcome text, OUT failures integer, OUT who text, OUT since timestamptz)
RETURNS SETOF record
LANGUAGE C STABLE ROWS 5 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_job_states';
COMMENT ON FUNCTION schemaver.job_states() IS 'the jobs of this database; the view jobs shows it';

CREATE VIEW schemaver.jobs AS
SELECT j.job, j.every, j.at, j.next_due, j.last_started, j.last_outcome, j.failures, j.paused, j.options, j.who, j.since
FROM schemaver.job_states() AS j
ORDER BY j.job;
COMMENT ON VIEW schemaver.jobs IS
    'what workers do in this database: when each job is due next, what came of it last, how often it failed in a row';

CREATE FUNCTION schemaver.own_timelines(OUT timeline uuid) RETURNS SETOF uuid
LANGUAGE C STABLE ROWS 2 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_own_timelines';
COMMENT ON FUNCTION schemaver.own_timelines() IS
    'the timelines whose jobs and drift are this database''s, newest first: those of its history, and of what it was before pg_upgrade';

-- A run of a database that was copied belongs to the history of the copy, as its commits do.
CREATE VIEW schemaver.job_runs AS
SELECT r.run, r.job, r.started, r.ended, r.outcome, r.found, r.error, r.runs, r.first_started
FROM schemaver.job_run AS r
WHERE r.timeline OPERATOR(pg_catalog.=) ANY (SELECT o.timeline FROM schemaver.own_timelines() AS o)
ORDER BY r.run DESC;
COMMENT ON VIEW schemaver.job_runs IS
    'the runs of jobs, newest first; those in a row that came out the same and found nothing are one row, with their number';

CREATE FUNCTION schemaver.snapshot(daily boolean DEFAULT false) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_snapshot';
COMMENT ON FUNCTION schemaver.snapshot(boolean) IS
    'notes the fingerprint of the live schema and the ledger''s last commit, if either is another one than at the last '
    'snapshot; returns the fingerprint then, and NULL otherwise. A daily one, as jobs make them that run every day or more often, is '
    'kept for a shorter time';

CREATE VIEW schemaver.snapshots AS
SELECT s.first_seen, s.last_seen, s.commit, s.fingerprint, s.daily
FROM schemaver.snapshot AS s
WHERE s.timeline OPERATOR(pg_catalog.=) ANY (SELECT o.timeline FROM schemaver.own_timelines() AS o)
ORDER BY s.last_seen DESC;
COMMENT ON VIEW schemaver.snapshots IS
    'what the live schema was when somebody looked, newest first: the same fingerprint at the first look and the last';

CREATE FUNCTION schemaver.start_worker() RETURNS integer
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_start_worker';
COMMENT ON FUNCTION schemaver.start_worker() IS
    'starts a process that has the jobs of this database done until the server stops, where the library is not loaded '
    'with the server; returns the number of the process that does it now';

CREATE FUNCTION schemaver.stop_worker() RETURNS boolean
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_stop_worker';
COMMENT ON FUNCTION schemaver.stop_worker() IS 'stops what start_worker() has started; false: there was nothing to stop';

CREATE FUNCTION schemaver.worker_status(
    OUT served boolean, OUT by text, OUT pid integer, OUT looked_at timestamptz, OUT reason text)
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_worker_status';
COMMENT ON FUNCTION schemaver.worker_status() IS
    'whether the jobs of this database are being done, by which process, and when that last looked for what is due; '
    'if not, why';
