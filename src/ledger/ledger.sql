-- The ledger: the event triggers that write it and the views that show it.

-- These two look names up as the command that fired them did, so the search_path stays the session's; they run no
-- SQL, and read catalogs by OID.
CREATE FUNCTION schemaver.capture_command() RETURNS event_trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_capture_command';
COMMENT ON FUNCTION schemaver.capture_command() IS 'records a DDL command that has just run; for the event trigger';

CREATE FUNCTION schemaver.capture_drop() RETURNS event_trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_capture_drop';
COMMENT ON FUNCTION schemaver.capture_drop() IS 'records the objects that a command dropped; for the event trigger';

CREATE FUNCTION schemaver.current_timelines(OUT timeline uuid, OUT until bigint) RETURNS SETOF record
LANGUAGE C STABLE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_current_timelines';
COMMENT ON FUNCTION schemaver.current_timelines() IS
    'the timelines of this database''s own history and the last commit that counts in each, newest first';

CREATE VIEW schemaver.timelines AS
SELECT t.timeline, t.database, t.started_at, t.source, t.parent, t.parent_commit, t.server_version,
       o.timeline IS NOT NULL AS own
FROM (SELECT DISTINCT ON (timeline) * FROM schemaver.timeline ORDER BY timeline, started_at) AS t
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) t.timeline
ORDER BY t.started_at DESC;
COMMENT ON VIEW schemaver.timelines IS
    'every timeline in the ledger: this database''s own, and those that restores brought along';

CREATE VIEW schemaver.log AS
SELECT c.id AS commit, c.at, c.who, c.application,
       c.revision_before, c.revision_after, c.message, c.source, c.commands, c.changes,
       (SELECT pg_catalog.array_agg(k.tag || COALESCE(' ' || k.objects[1], '') ORDER BY k.number)
        FROM (SELECT DISTINCT ON (number) * FROM schemaver.command
              WHERE timeline OPERATOR(pg_catalog.=) c.timeline
                AND transaction OPERATOR(pg_catalog.=) c.transaction) AS k) AS summary,
       c.postponed, c.timeline
FROM (SELECT DISTINCT ON (timeline, id) * FROM schemaver.commit) AS c
JOIN schemaver.current_timelines() AS o
  ON o.timeline OPERATOR(pg_catalog.=) c.timeline AND c.id OPERATOR(pg_catalog.<=) o.until
ORDER BY c.id DESC;
COMMENT ON VIEW schemaver.log IS 'the commits of this database, newest first, as git log';

CREATE VIEW schemaver.commands AS
SELECT c.id AS commit, k.number, k.at, c.who, k.effective_user, k.tag, k.objects,
       c.revision_before, c.revision_after, s.text AS statement
FROM (SELECT DISTINCT ON (timeline, transaction, number) * FROM schemaver.command) AS k
JOIN (SELECT DISTINCT ON (timeline, id) * FROM schemaver.commit) AS c
  ON c.timeline OPERATOR(pg_catalog.=) k.timeline AND c.transaction OPERATOR(pg_catalog.=) k.transaction
 AND c.source OPERATOR(pg_catalog.=) 'ddl'
JOIN schemaver.current_timelines() AS o
  ON o.timeline OPERATOR(pg_catalog.=) c.timeline AND c.id OPERATOR(pg_catalog.<=) o.until
LEFT JOIN LATERAL (SELECT t.text FROM schemaver.statement AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) k.timeline
                     AND t.digest OPERATOR(pg_catalog.=) k.statement LIMIT 1) AS s ON true
ORDER BY c.id DESC, k.number;
COMMENT ON VIEW schemaver.commands IS 'every DDL command in the ledger, with its text where it has one of its own';

CREATE VIEW schemaver.changes AS
SELECT c.id AS commit, c.at, c.who, h.change, h.kind, h.identity, h.former_identity,
       pg_catalog.encode(h.digest_before, 'hex') AS digest_before,
       pg_catalog.encode(h.digest_after, 'hex') AS digest_after,
       c.revision_before, c.revision_after, h.number
FROM (SELECT DISTINCT ON (timeline, commit, number) * FROM schemaver.change) AS h
JOIN (SELECT DISTINCT ON (timeline, id) * FROM schemaver.commit) AS c
  ON c.timeline OPERATOR(pg_catalog.=) h.timeline AND c.id OPERATOR(pg_catalog.=) h.commit
JOIN schemaver.current_timelines() AS o
  ON o.timeline OPERATOR(pg_catalog.=) c.timeline AND c.id OPERATOR(pg_catalog.<=) o.until
ORDER BY h.commit DESC, h.number;
COMMENT ON VIEW schemaver.changes IS 'every object that a commit added, modified, renamed or removed';
