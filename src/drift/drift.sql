-- Drift: what the live schema has that the ledger, or a baseline, has otherwise.

-- Also of commits before pg_upgrade, which are in the ledger and not in this database's history.
CREATE VIEW schemaver.drift AS
SELECT d.id,
       CASE WHEN d.returned_at IS NOT NULL THEN 'returned' WHEN d.accepted_at IS NOT NULL THEN 'accepted' ELSE 'open' END AS state,
       d.severity, d.against, d.change, d.kind, d.identity, d.former_identity, d.property, d.old_value, d.new_value, d.facet,
       d.captured, d.who, c.at, d.commit, s.statement, d.earliest, d.latest, d.first_seen,
       coalesce(d.returned_at, (SELECT pg_catalog.max(k.at) FROM schemaver.drift_check AS k
                                WHERE k.timeline OPERATOR(pg_catalog.=) ANY (SELECT o.timeline FROM schemaver.own_timelines() AS o)
                                  AND k.against OPERATOR(pg_catalog.=) d.against)) AS last_seen,
       d.returned_at, d.accepted_at, d.accepted_by, d.reason
FROM schemaver.found_drift AS d
JOIN schemaver.own_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) d.timeline
LEFT JOIN LATERAL (SELECT t.timeline, t.transaction, t.at FROM schemaver.commit AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT w.timeline FROM schemaver.own_timelines() AS w))
                     AND t.id OPERATOR(pg_catalog.=) d.commit AND d.captured LIMIT 1) AS c ON true
LEFT JOIN LATERAL (SELECT t.text AS statement FROM schemaver.change AS h
                   JOIN schemaver.command AS k
                     ON k.timeline OPERATOR(pg_catalog.=) h.timeline AND k.transaction OPERATOR(pg_catalog.=) c.transaction
                    AND k.number OPERATOR(pg_catalog.=) h.command
                   JOIN schemaver.statement AS t
                     ON t.timeline OPERATOR(pg_catalog.=) k.timeline AND t.digest OPERATOR(pg_catalog.=) k.statement
                   WHERE h.timeline OPERATOR(pg_catalog.=) c.timeline AND h.commit OPERATOR(pg_catalog.=) d.commit
                     AND h.kind OPERATOR(pg_catalog.=) d.kind AND h.identity OPERATOR(pg_catalog.=) d.identity LIMIT 1) AS s ON true
ORDER BY d.id;
COMMENT ON VIEW schemaver.drift IS
    'every difference from the ledger or a baseline that a check has found: open, accepted, or returned to what it should be; who did '
    'it, when and by which statement, or, where nobody captured it, between when and when it happened';

CREATE VIEW schemaver.drift_checks AS
SELECT k.against, k.at, k.opened, k.returned, k.commit, k.fingerprint
FROM schemaver.drift_check AS k
JOIN schemaver.own_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) k.timeline
ORDER BY k.at DESC;
COMMENT ON VIEW schemaver.drift_checks IS 'when the live schema was compared with the ledger or a baseline, and how much drift opened or returned';

CREATE FUNCTION schemaver.find_drift(against text) RETURNS bigint
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_find_drift';
COMMENT ON FUNCTION schemaver.find_drift(text) IS 'what check_drift() does before it shows the rows; returns how much drift is new';

CREATE FUNCTION schemaver.check_drift(against text DEFAULT NULL) RETURNS SETOF schemaver.drift
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT schemaver.find_drift(against);
    SELECT * FROM schemaver.drift AS d WHERE d.state OPERATOR(pg_catalog.=) 'open' ORDER BY d.id;
END;
COMMENT ON FUNCTION schemaver.check_drift(text) IS
    'compares the live schema with the ledger, and with a baseline or another point (NULL: with every baseline); what nobody recorded '
    'becomes a commit, new drift is told to listeners and the log; returns all that is open';

CREATE FUNCTION schemaver.accept_drift(id bigint, reason text) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_accept_drift';
COMMENT ON FUNCTION schemaver.accept_drift(bigint, text) IS
    'the schema may be so: closes an open drift, on record; it is not told again until it has been away';

CREATE FUNCTION schemaver.prune() RETURNS bigint
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_prune';
COMMENT ON FUNCTION schemaver.prune() IS
    'takes away drift that is over, checks, runs of jobs and snapshots that are older than the table retention says, and returns how '
    'many rows; never anything of the ledger, of versions, baselines, seals or backups';

CREATE FUNCTION schemaver.status(
    OUT state text, OUT critical bigint, OUT warning bigint, OUT info bigint, OUT check_age interval, OUT backup_age interval,
    OUT seal_age interval, OUT unsealed bigint, OUT worker boolean, OUT failing_jobs text[], OUT reasons text[], OUT bytes jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH open AS (
        SELECT pg_catalog.count(*) FILTER (WHERE d.severity OPERATOR(pg_catalog.=) 'critical') AS critical,
               pg_catalog.count(*) FILTER (WHERE d.severity OPERATOR(pg_catalog.=) 'warning') AS warning,
               pg_catalog.count(*) FILTER (WHERE d.severity OPERATOR(pg_catalog.=) 'info') AS info
        FROM schemaver.drift AS d WHERE d.state OPERATOR(pg_catalog.=) 'open'),
    last AS (
        SELECT pg_catalog.now() OPERATOR(pg_catalog.-) (SELECT pg_catalog.max(k.at) FROM schemaver.drift_checks AS k) AS check_age,
               pg_catalog.now() OPERATOR(pg_catalog.-) (SELECT pg_catalog.max(b.at) FROM schemaver.backups AS b WHERE b.own) AS backup_age,
               pg_catalog.now() OPERATOR(pg_catalog.-) (SELECT pg_catalog.max(s.at) FROM schemaver.seals AS s WHERE s.own) AS seal_age,
               (SELECT pg_catalog.count(*) FROM schemaver.commits AS c
                WHERE NOT EXISTS (SELECT FROM schemaver.sealed AS s
                                  WHERE s.timeline OPERATOR(pg_catalog.=) c.timeline
                                    AND s.commit OPERATOR(pg_catalog.=) c.commit)) AS unsealed),
    work AS (
        SELECT (SELECT w.served FROM schemaver.worker_status() AS w) AS worker,
               ARRAY(SELECT j.job FROM schemaver.jobs AS j
                     WHERE j.failures OPERATOR(pg_catalog.>) 0 ORDER BY j.job) AS failing_jobs,
               EXISTS (SELECT FROM schemaver.jobs AS j WHERE NOT j.paused) AS has_jobs),
    space AS (
        SELECT pg_catalog.jsonb_object_agg(t.part, t.bytes) AS bytes
        FROM (SELECT CASE WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['found_drift', 'drift_check', 'ignore_rule', 'retention']) THEN 'drift'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['job', 'job_run', 'snapshot']) THEN 'jobs'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['backup', 'backup_act']) THEN 'backups'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['seal', 'sealed', 'checkpoint']) THEN 'seals'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['definition', 'statement']) THEN c.relname::text OPERATOR(pg_catalog.||) 's'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['migration', 'migration_tool', 'revision_change', 'commit_effect']) THEN 'migrations'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['policy', 'guard_act', 'maintenance']) THEN 'guards'
                          WHEN c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['document_kind', 'document_step', 'document_rule']) THEN 'documents'
                          WHEN c.relname OPERATOR(pg_catalog.=) 'lint_rule' THEN 'lint'
                          ELSE 'history' END AS part,
                     pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)) AS bytes
              FROM pg_catalog.pg_class AS c
              WHERE c.relnamespace OPERATOR(pg_catalog.=) 'schemaver'::pg_catalog.regnamespace
                AND c.relkind OPERATOR(pg_catalog.=) 'r'
              GROUP BY 1) AS t),
    reasons AS (
        SELECT ARRAY(SELECT r.reason FROM (VALUES
            (o.critical OPERATOR(pg_catalog.>) 0, 2, pg_catalog.format('%s critical drift is open', o.critical)),
            (o.warning OPERATOR(pg_catalog.>) 0, 1, pg_catalog.format('%s drift of severity warning is open', o.warning)),
            (pg_catalog.cardinality(w.failing_jobs) OPERATOR(pg_catalog.>) 0, 1,
             pg_catalog.concat('jobs fail: ', pg_catalog.array_to_string(w.failing_jobs, ', '))),
            (w.has_jobs AND NOT w.worker, 1, 'no worker does the jobs'),
            (l.check_age IS NULL, 0, 'nobody has checked for drift yet')) AS r (holds, weight, reason)
            WHERE r.holds ORDER BY r.weight DESC) AS reasons
        FROM open AS o, last AS l, work AS w)
    SELECT CASE WHEN o.critical OPERATOR(pg_catalog.>) 0 THEN 'critical'
                WHEN o.warning OPERATOR(pg_catalog.>) 0 OR pg_catalog.cardinality(w.failing_jobs) OPERATOR(pg_catalog.>) 0
                  OR (w.has_jobs AND NOT w.worker) THEN 'warning'
                WHEN l.check_age IS NULL THEN 'unknown' ELSE 'ok' END,
           o.critical, o.warning, o.info, l.check_age, l.backup_age, l.seal_age, l.unsealed, w.worker, w.failing_jobs, r.reasons, s.bytes
    FROM open AS o, last AS l, work AS w, space AS s, reasons AS r;
END;
COMMENT ON FUNCTION schemaver.status() IS
    'one row for a monitor: ok, warning, critical or unknown and why; open drift, how long ago the last check, backup and seal were, '
    'commits that no seal covers, whether a worker does the jobs, and the bytes that each part takes up';
