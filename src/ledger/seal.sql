-- Tamper evidence: seals, and the check of the whole ledger.

CREATE FUNCTION schemaver.seal() RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_seal';
COMMENT ON FUNCTION schemaver.seal() IS
    'seals the finished commits that no seal covers yet, and returns the digest of the last seal, to be kept elsewhere '
    'and given to verify_ledger(); NULL: there is nothing to seal';

CREATE FUNCTION schemaver.verify_ledger(
    digest text DEFAULT NULL,
    OUT severity text, OUT finding text, OUT commit bigint, OUT object text, OUT detail text, OUT hint text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_verify_ledger';
COMMENT ON FUNCTION schemaver.verify_ledger(text) IS
    'recomputes every digest of the ledger and lists what has been edited, removed or inserted; the last row says '
    'intact, damaged or incomplete. With a digest that seal() gave out and somebody kept elsewhere it also finds a ledger that was '
    'rewritten as a whole';

CREATE VIEW schemaver.seals AS
SELECT s.number, s.at, s.who, s.commits,
       pg_catalog.format('svs1:%s:%s:%s', s.timeline, s.number, pg_catalog.encode(s.digest, 'hex')) AS digest,
       o.timeline IS NOT NULL AS own
FROM (SELECT DISTINCT ON (timeline, number) * FROM schemaver.seal) AS s
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) s.timeline
ORDER BY s.at DESC, s.number DESC;
COMMENT ON VIEW schemaver.seals IS
    'every seal, newest first, with the digest that seal() returned; own is false for those that a restore brought';

CREATE FUNCTION schemaver.checkpoint_ledger(before text, reason text) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_checkpoint_ledger';
COMMENT ON FUNCTION schemaver.checkpoint_ledger(text, text) IS
    'takes out of the ledger what happened before a point, for ever: the schema there is kept, and that of each version, baseline and '
    'backup before it; sealed before and after, and returns the digest of the last seal, to be kept elsewhere';

CREATE VIEW schemaver.checkpoints AS
SELECT c.commit, c.at, c.who, c.reason, c.first_commit, c.commits, c.seal, c.fingerprint, o.timeline IS NOT NULL AS own
FROM (SELECT DISTINCT * FROM schemaver.checkpoint) AS c
LEFT JOIN schemaver.current_timelines() AS o
  ON o.timeline OPERATOR(pg_catalog.=) c.timeline AND c.commit OPERATOR(pg_catalog.<=) o.until
ORDER BY c.at DESC;
COMMENT ON VIEW schemaver.checkpoints IS
    'where history was taken out of the ledger, newest first: up to which commit, by whom and why, how many commits that were, and the '
    'seal and the fingerprint that the ledger had there';
