-- Drift: what the live schema has that the ledger, or a baseline, has otherwise.

CREATE VIEW schemaver.drift AS
SELECT d.id,
       CASE WHEN d.returned_at IS NOT NULL THEN 'returned' WHEN d.accepted_at IS NOT NULL THEN 'accepted' ELSE 'open' END AS state,
       d.severity, d.against, d.change, d.kind, d.identity, d.former_identity, d.property, d.old_value, d.new_value, d.facet,
       d.captured, d.who, c.at, d.commit, s.statement, d.earliest, d.latest, d.first_seen,
       coalesce(d.returned_at, (SELECT pg_catalog.max(k.at) FROM schemaver.drift_check AS k
                                WHERE k.timeline OPERATOR(pg_catalog.=) d.timeline
                                  AND k.against OPERATOR(pg_catalog.=) d.against)) AS last_seen,
       d.returned_at, d.accepted_at, d.accepted_by, d.reason
FROM schemaver.found_drift AS d
JOIN (SELECT o.timeline FROM schemaver.current_timelines() AS o LIMIT 1) AS o ON o.timeline OPERATOR(pg_catalog.=) d.timeline
LEFT JOIN LATERAL (SELECT t.at FROM schemaver.commits AS t
                   WHERE t.commit OPERATOR(pg_catalog.=) d.commit AND d.captured LIMIT 1) AS c ON true
LEFT JOIN LATERAL (SELECT k.statement FROM schemaver.changes AS h
                   JOIN schemaver.commands AS k
                     ON k.commit OPERATOR(pg_catalog.=) h.commit AND k.number OPERATOR(pg_catalog.=) h.command
                   WHERE h.commit OPERATOR(pg_catalog.=) d.commit AND h.kind OPERATOR(pg_catalog.=) d.kind
                     AND h.identity OPERATOR(pg_catalog.=) d.identity AND d.captured LIMIT 1) AS s ON true
ORDER BY d.id;
COMMENT ON VIEW schemaver.drift IS
    'every difference from the ledger or a baseline that a check has found: open, accepted, or returned to what it should be; who did '
    'it, when and by which statement, or, where nobody captured it, between when and when it happened';

CREATE VIEW schemaver.drift_checks AS
SELECT k.against, k.at, k.opened, k.returned, k.commit, k.fingerprint
FROM schemaver.drift_check AS k
JOIN (SELECT o.timeline FROM schemaver.current_timelines() AS o LIMIT 1) AS o ON o.timeline OPERATOR(pg_catalog.=) k.timeline
ORDER BY k.at DESC;
COMMENT ON VIEW schemaver.drift_checks IS 'when the live schema was compared with the ledger or a baseline, and how much drift opened or returned';

CREATE FUNCTION schemaver.find_drift(against text) RETURNS timestamptz
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_find_drift';
COMMENT ON FUNCTION schemaver.find_drift(text) IS 'what check_drift() does before it shows the rows; returns when it began';

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
