-- Backups: stamps, and the check before and after a restore.

CREATE FUNCTION schemaver.stamp_backup(
    label text, definitions boolean DEFAULT true, kind text DEFAULT 'other', with_row_counts boolean DEFAULT false)
RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_stamp_backup';
COMMENT ON FUNCTION schemaver.stamp_backup(text, boolean, text, boolean) IS
    'records a backup under this label and returns its metadata: JSON to keep beside the dump, without definitions at '
    'most 4 KiB. kind: daily, weekly, before-migration, version or other; expired_backups() goes by it. with_row_counts '
    'counts the rows of every table that you may read, for verify_restore()';

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

CREATE FUNCTION schemaver.restore_preview(
    metadata text, OUT change text, OUT kind text, OUT identity text, OUT former_identity text, OUT property text,
    OUT old_value text, OUT new_value text, OUT facet text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_restore_preview';
COMMENT ON FUNCTION schemaver.restore_preview(text) IS
    'what would be different if the backup, schema and rows, took the place of this database: rows as of diff(), from '
    'what is here now to what would be';

CREATE FUNCTION schemaver.restore_path(
    metadata text, OUT step integer, OUT source text, OUT name text, OUT commit bigint)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_restore_path';
COMMENT ON FUNCTION schemaver.restore_path(text) IS
    'what lies between the backup and this database, oldest first: migrations where a migration tool knows them, '
    'otherwise commits of the ledger';

CREATE FUNCTION schemaver.restore_plan(
    metadata text, OUT option text, OUT title text, OUT step integer, OUT command text, OUT reason text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_restore_plan';
COMMENT ON FUNCTION schemaver.restore_plan(text) IS
    'commands to type, in order. Option A loads the backup, option B starts fresh with today''s schema and without rows';

CREATE FUNCTION schemaver.verify_restore(
    metadata text DEFAULT NULL, OUT verdict text, OUT summary text, OUT expected_fingerprint text,
    OUT actual_fingerprint text, OUT differences integer, OUT source_timeline uuid, OUT source_database text,
    OUT source_commit bigint, OUT errors integer, OUT warnings integer)
RETURNS record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_verify_restore';
COMMENT ON FUNCTION schemaver.verify_restore(text) IS
    'after a restore: is what is here what was dumped? Compares with the ledger that the dump brought along, or with '
    'metadata if you give it. For the database''s owner it also records the restore, see the view restores';

CREATE FUNCTION schemaver.verify_findings(
    metadata text DEFAULT NULL, OUT severity text, OUT "check" text, OUT kind text, OUT identity text, OUT detail text,
    OUT hint text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_verify_findings';
COMMENT ON FUNCTION schemaver.verify_findings(text) IS
    'what verify_restore found, one row each: objects missing or altered, not validated or disabled, rows missing, '
    'sequences behind, extensions of another version';

CREATE FUNCTION schemaver.record_backup_file(
    label text, location text, bytes bigint DEFAULT NULL, sha256 text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_record_backup_file';
COMMENT ON FUNCTION schemaver.record_backup_file(text, text, bigint, text) IS
    'records where a stamped backup is, how large, and its SHA-256; call it once for each copy';

CREATE FUNCTION schemaver.record_verification(label text, means text, outcome text, detail text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_record_verification';
COMMENT ON FUNCTION schemaver.record_verification(text, text, text, text) IS
    'records that a stamped backup passed or failed a verification, and by which means: pg_restore --list, a restore';

CREATE FUNCTION schemaver.forget_backup(label text, reason text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_forget_backup';
COMMENT ON FUNCTION schemaver.forget_backup(text, text) IS
    'records that the files of a stamped backup are gone; the stamp stays. Deletes no file';

CREATE VIEW schemaver.backup_files AS
SELECT a.label, a.location, a.bytes, a.sha256, a.at, a.who
FROM schemaver.backup_act AS a
JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) a.timeline
WHERE a.act OPERATOR(pg_catalog.=) 'file'
ORDER BY a.at DESC;
COMMENT ON VIEW schemaver.backup_files IS 'every copy of a stamped backup that was recorded, newest first';

CREATE VIEW schemaver.backup_verifications AS
SELECT a.label, a.means, a.outcome, a.note AS detail, a.at, a.who
FROM schemaver.backup_act AS a
JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) a.timeline
WHERE a.act OPERATOR(pg_catalog.=) 'verification'
ORDER BY a.at DESC;
COMMENT ON VIEW schemaver.backup_verifications IS 'every verification of a stamped backup that was recorded, newest first';

-- What was recorded last counts. A backup with a failed verification behind it is not good.
CREATE VIEW schemaver.backups AS
SELECT b.label, b.kind, b.at, pg_catalog.date_trunc('second', pg_catalog.now() OPERATOR(pg_catalog.-) b.at) AS age,
       b.who, b.database, b.server_version, b.revision, b.fingerprint, b.commit, b.objects,
       f.files, f.bytes, v.outcome AS verification, v.at AS verified_at,
       -- As far as it is known here: a restored database knows where it comes from, its original does not.
       (SELECT pg_catalog.count(DISTINCT r.timeline)::integer FROM schemaver.restore AS r
        WHERE r.source_timeline OPERATOR(pg_catalog.=) b.timeline AND r.label OPERATOR(pg_catalog.=) b.label) AS restores,
       (SELECT pg_catalog.max(a.at) FROM schemaver.backup_act AS a
        WHERE a.timeline OPERATOR(pg_catalog.=) b.timeline AND a.label OPERATOR(pg_catalog.=) b.label
          AND a.act OPERATOR(pg_catalog.=) 'forgotten') AS forgotten_at,
       o.timeline IS NOT NULL AS own, b.timeline
FROM (SELECT DISTINCT ON (timeline, label) * FROM schemaver.backup) AS b
CROSS JOIN LATERAL (SELECT pg_catalog.count(*)::integer AS files, pg_catalog.max(a.bytes) AS bytes
                    FROM schemaver.backup_act AS a
                    WHERE a.timeline OPERATOR(pg_catalog.=) b.timeline AND a.label OPERATOR(pg_catalog.=) b.label
                      AND a.act OPERATOR(pg_catalog.=) 'file') AS f
LEFT JOIN LATERAL (SELECT a.outcome, a.at FROM schemaver.backup_act AS a
                   WHERE a.timeline OPERATOR(pg_catalog.=) b.timeline AND a.label OPERATOR(pg_catalog.=) b.label
                     AND a.act OPERATOR(pg_catalog.=) 'verification'
                   ORDER BY a.at DESC LIMIT 1) AS v ON true
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) b.timeline
ORDER BY b.at DESC;
COMMENT ON VIEW schemaver.backups IS
    'every stamped backup, those of databases whose dumps were restored here included; own is false for those';

-- A dump brings its ledger along: the last commit in it is where the restored schema comes from. verify_restore()
-- links this database's timeline to it; what it said first tells when, what it said last tells how well.
CREATE VIEW schemaver.restores AS
SELECT t.database AS source_database, t.timeline AS source_timeline, coalesce(l.source_commit, c.commit) AS source_commit,
       c.at AS source_at, coalesce(l.label, b.label) AS label, b.at AS stamped_at, b.kind,
       l.timeline, f.at AS restored_at, l.at AS verified_at, l.who AS verified_by, l.verdict, l.errors, l.warnings
FROM (SELECT DISTINCT ON (timeline) * FROM schemaver.timeline ORDER BY timeline, started_at) AS t
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) t.timeline
CROSS JOIN LATERAL (SELECT i.id AS commit, i.at FROM schemaver.commit AS i
                    WHERE i.timeline OPERATOR(pg_catalog.=) t.timeline ORDER BY i.id DESC LIMIT 1) AS c
LEFT JOIN LATERAL (SELECT s.label, s.at, s.kind FROM schemaver.backup AS s
                   WHERE s.timeline OPERATOR(pg_catalog.=) t.timeline ORDER BY s.at DESC LIMIT 1) AS b ON true
LEFT JOIN LATERAL (SELECT r.* FROM schemaver.restore AS r
                   JOIN schemaver.current_timelines() AS n ON n.timeline OPERATOR(pg_catalog.=) r.timeline
                   WHERE r.source_timeline OPERATOR(pg_catalog.=) t.timeline ORDER BY r.at DESC LIMIT 1) AS l ON true
LEFT JOIN LATERAL (SELECT r.at FROM schemaver.restore AS r
                   WHERE r.timeline OPERATOR(pg_catalog.=) l.timeline
                     AND r.source_timeline OPERATOR(pg_catalog.=) l.source_timeline
                     AND r.source_commit OPERATOR(pg_catalog.=) l.source_commit ORDER BY r.at LIMIT 1) AS f ON true
WHERE o.timeline IS NULL
ORDER BY c.at DESC;
COMMENT ON VIEW schemaver.restores IS
    'every dump that was restored here with its ledger: the database and commit that it came from, and its last stamp';

CREATE FUNCTION schemaver.backup_health(
    max_age interval DEFAULT '26 hours', OUT severity text, OUT finding text, OUT label text, OUT detail text,
    OUT hint text)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
WITH kept AS (
    SELECT * FROM schemaver.backups AS b WHERE b.own AND b.forgotten_at IS NULL
), good AS (
    SELECT * FROM kept WHERE kept.verification IS DISTINCT FROM 'failed' ORDER BY kept.at DESC LIMIT 1
), found AS (
    SELECT 1 AS place, 'error' AS severity, 'no good backup' AS finding, NULL AS label,
           CASE WHEN EXISTS (SELECT FROM kept) THEN 'Every backup that is kept has failed its last verification.'
                ELSE 'No backup of this database is recorded.' END AS detail,
           'SELECT schemaver.stamp_backup(label); with the next backup.' AS hint
    WHERE NOT EXISTS (SELECT FROM good)
    UNION ALL
    SELECT 2, 'error', 'last good backup too old', g.label,
           format('The last good backup is %s old; it should be at most %s.', g.age, max_age),
           'Find out why no backup was made since, and make one.'
    FROM good AS g WHERE g.age > max_age
    UNION ALL
    SELECT 3, 'error', 'failed verification', k.label, format('It failed its last verification, at %s.', k.verified_at),
           format('SELECT * FROM schemaver.backup_verifications WHERE label = %L;', k.label)
    FROM kept AS k WHERE k.verification = 'failed'
    UNION ALL
    SELECT 4, 'warning', 'unverified', g.label, 'The last good backup was never verified.',
           format('SELECT schemaver.record_verification(%L, means, outcome); after pg_restore --list, or better a restore.', g.label)
    FROM good AS g WHERE g.verification IS NULL
    UNION ALL
    SELECT 5, 'warning', 'no file', g.label, 'No file is recorded for the last good backup.',
           format('SELECT schemaver.record_backup_file(%L, location, bytes, sha256);', g.label)
    FROM good AS g WHERE g.files = 0
    UNION ALL
    SELECT 6, 'warning', 'version without backup', v.version,
           format('No backup that is kept has the schema of version %s.', v.version),
           format('SELECT schemaver.stamp_backup(%L, kind => ''version''); while the schema is that of the version.', v.version)
    FROM schemaver.versions AS v
    WHERE v.own AND NOT EXISTS (SELECT FROM kept AS k WHERE k.fingerprint = v.fingerprint AND k.kind = 'version')
)
SELECT f.severity, f.finding, f.label, f.detail, f.hint
FROM (SELECT * FROM found
      UNION ALL
      SELECT 7, 'info', 'healthy', g.label, format('The last good backup is %s old.', g.age), NULL
      FROM good AS g WHERE NOT EXISTS (SELECT FROM found)) AS f
ORDER BY f.place, f.label
$$;
COMMENT ON FUNCTION schemaver.backup_health(interval) IS
    'what is wrong with the backups: the last good one too old, failed or never verified, without a file, missing for a '
    'version; one row that says healthy if nothing is';

CREATE FUNCTION schemaver.expired_backups(
    daily interval DEFAULT '7 days', weekly interval DEFAULT '35 days', before_migration interval DEFAULT '30 days',
    other interval DEFAULT NULL, keep_last integer DEFAULT 3,
    OUT label text, OUT kind text, OUT at timestamptz, OUT age interval, OUT reason text, OUT locations text[])
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
SELECT b.label, b.kind, b.at, b.age, format('%s backups are kept for %s', b.kind, b.kept_for),
       ARRAY(SELECT DISTINCT a.location FROM schemaver.backup_act AS a
             WHERE a.timeline = b.timeline AND a.label = b.label AND a.act = 'file' ORDER BY a.location)
FROM (SELECT *,
             row_number() OVER (PARTITION BY k.kind ORDER BY k.verification IS NOT DISTINCT FROM 'failed', k.at DESC) AS place,
             CASE k.kind WHEN 'daily' THEN daily WHEN 'weekly' THEN weekly
                         WHEN 'before-migration' THEN before_migration WHEN 'other' THEN other END AS kept_for
      FROM schemaver.backups AS k WHERE k.own AND k.forgotten_at IS NULL) AS b
WHERE b.age > b.kept_for AND b.place > coalesce(keep_last, 0)
  AND (b.timeline, b.label) IS DISTINCT FROM (
        SELECT (g.timeline, g.label) FROM schemaver.backups AS g
        WHERE g.own AND g.forgotten_at IS NULL AND g.verification = 'passed' ORDER BY g.at DESC LIMIT 1)
ORDER BY b.at
$$;
COMMENT ON FUNCTION schemaver.expired_backups(interval, interval, interval, interval, integer) IS
    'backups that may go: older than their kind is kept for (NULL: for ever), and not among the last keep_last of it. '
    'Those of kind version, and the last one that passed a verification, never may. Deletes nothing';
