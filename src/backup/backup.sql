-- Backups: stamps, and the check before and after a restore.

CREATE FUNCTION schemaver.stamp_backup(label text, definitions boolean DEFAULT true) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_stamp_backup';
COMMENT ON FUNCTION schemaver.stamp_backup(text, boolean) IS
    'records a backup under this label and returns its metadata: JSON to keep beside the dump';

CREATE FUNCTION schemaver.backup_metadata(label text DEFAULT NULL, definitions boolean DEFAULT true) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_backup_metadata';
COMMENT ON FUNCTION schemaver.backup_metadata(text, boolean) IS
    'the metadata of a stamped backup, or of the database as it is now; records nothing, so it works on a standby';

CREATE FUNCTION schemaver.check_restore(
    metadata text, OUT verdict text, OUT data text, OUT summary text, OUT errors integer, OUT warnings integer,
    OUT next_command text, OUT backup_revision text, OUT live_revision text, OUT backup_fingerprint text,
    OUT live_fingerprint text)
RETURNS record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_restore';
COMMENT ON FUNCTION schemaver.check_restore(text) IS
    'may the backup with this metadata be loaded here, and what will happen? verdict: match, compatible, upgrade, '
    'downgrade, diverged, incompatible or unknown';

CREATE FUNCTION schemaver.restore_findings(
    metadata text, OUT severity text, OUT "check" text, OUT kind text, OUT identity text, OUT detail text,
    OUT hint text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_restore_findings';
COMMENT ON FUNCTION schemaver.restore_findings(text) IS
    'what check_restore found, one row each, with the command that mends it';

CREATE FUNCTION schemaver.assert_restore(metadata text, force boolean DEFAULT false) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_assert_restore';
COMMENT ON FUNCTION schemaver.assert_restore(text, boolean) IS
    'raises SV001 unless the backup can be loaded here; with force it warns instead. Returns the verdict';

CREATE FUNCTION schemaver.verify_restore(
    OUT verdict text, OUT summary text, OUT expected_fingerprint text, OUT actual_fingerprint text,
    OUT differences integer, OUT source_timeline uuid, OUT source_database text, OUT source_commit bigint)
RETURNS record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_verify_restore';
COMMENT ON FUNCTION schemaver.verify_restore() IS
    'after a restore: is the schema here what the ledger in the dump says was dumped?';

CREATE VIEW schemaver.backups AS
SELECT b.label, b.at, b.who, b.database, b.server_version, b.revision, b.fingerprint, b.commit, b.objects,
       o.timeline IS NOT NULL AS own, b.timeline
FROM (SELECT DISTINCT ON (timeline, label) * FROM schemaver.backup) AS b
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) b.timeline
ORDER BY b.at DESC;
COMMENT ON VIEW schemaver.backups IS
    'every stamped backup, those of databases whose dumps were restored here included; own is false for those';
