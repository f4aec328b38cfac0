-- The last part of the install script: who may call what, the first commit, and then the event triggers.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA schemaver FROM PUBLIC;
-- Views call these as their user.
GRANT EXECUTE ON FUNCTION schemaver.current_timelines(), schemaver.own_timelines(), schemaver.command_in_words(text, text[]) TO PUBLIC;
-- No more than the catalogs tell everyone, and who did it, as the log.
GRANT EXECUTE ON FUNCTION schemaver.history(text, text), schemaver.blame(text, text) TO PUBLIC;
GRANT SELECT ON schemaver.timelines, schemaver.commits, schemaver.log, schemaver.changes, schemaver.seals,
    schemaver.checkpoints,
    schemaver.backups, schemaver.restores, schemaver.versions, schemaver.baselines TO PUBLIC;
GRANT SELECT ON schemaver.backup_files, schemaver.backup_verifications TO pg_monitor, pg_database_owner;
GRANT SELECT ON schemaver.commands TO pg_monitor, pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.unmodelled(), schemaver.fingerprint(text, text, text[], boolean), schemaver.objects(text, text),
    schemaver.describe(text, text, text), schemaver.schema_sql(text, boolean), schemaver.diff(text, text, text[], text[], text[], text[]),
    schemaver.diff_text(text, text, text), schemaver.changelog(text, text), schemaver.compatibility(text, text),
    schemaver.compatibility_findings(text, text), schemaver.version_info(text), schemaver.backup_metadata(text, boolean),
    schemaver.check_restore(text), schemaver.restore_findings(text), schemaver.assert_restore(text, boolean),
    schemaver.restore_preview(text),
    schemaver.restore_path(text), schemaver.restore_plan(text), schemaver.verify_restore(text), schemaver.verify_findings(text), schemaver.verify_ledger(text), schemaver.backup_health(interval),
    schemaver.expired_backups(interval, interval, interval, interval, integer)
    TO pg_monitor, pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.stamp_backup(text, boolean, text, boolean), schemaver.record_backup_file(text, text, bigint, text),
    schemaver.record_verification(text, text, text, text), schemaver.forget_backup(text, text), schemaver.seal(),
    schemaver.checkpoint_ledger(text, text)
    TO pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.tag(text, text, text, text[]), schemaver.drop_version(text, text), schemaver.set_baseline(text, text, text),
    schemaver.drop_baseline(text, text)
    TO pg_database_owner;
GRANT SELECT ON schemaver.ignore_rule TO PUBLIC;
GRANT SELECT ON schemaver.retention TO pg_monitor;
GRANT INSERT, UPDATE, DELETE ON schemaver.ignore_rule TO pg_database_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON schemaver.retention TO pg_database_owner;
GRANT SELECT ON schemaver.drift, schemaver.drift_checks TO pg_monitor, pg_database_owner;
GRANT EXECUTE ON FUNCTION schemaver.find_drift(text), schemaver.check_drift(text), schemaver.accept_drift(bigint, text),
    schemaver.prune()
    TO pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.schedule(text, interval, text, jsonb), schemaver.unschedule(text), schemaver.snapshot(boolean),
    schemaver.start_worker(), schemaver.stop_worker()
    TO pg_database_owner;
GRANT EXECUTE ON FUNCTION schemaver.job_states(), schemaver.worker_status(), schemaver.status() TO pg_monitor, pg_database_owner;
GRANT SELECT ON schemaver.jobs, schemaver.job_runs, schemaver.snapshots TO pg_monitor, pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.dry_run(text, interval, interval), schemaver.dry_run_json(text, interval, interval),
    schemaver.test_migration(text, text, boolean, interval, interval),
    schemaver.test_migrations(text[], boolean, interval, interval)
    TO pg_database_owner;
GRANT SELECT ON schemaver.policy, schemaver.guard_act, schemaver.maintenance TO PUBLIC;
GRANT EXECUTE ON FUNCTION schemaver.in_maintenance(), schemaver.require_time_zone(text) TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON schemaver.policy TO pg_database_owner;
GRANT INSERT ON schemaver.maintenance TO pg_database_owner;
GRANT EXECUTE ON FUNCTION schemaver.set_maintenance(boolean, text), schemaver.confirm_destructive(text, interval) TO pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.check_models(text, text[], text[], text[], text[]), schemaver.assert_models(text, text[], text[], text[], text[])
    TO pg_database_owner;
GRANT EXECUTE ON FUNCTION
    schemaver.check_document_registration(text, text[], regprocedure, boolean, jsonb),
    schemaver.register_document_kind(text, text, text), schemaver.register_document_step(text, text, text, regprocedure),
    schemaver.register_document_rule(text, text, jsonb, regprocedure)
    TO pg_database_owner;
-- They do no more than what they call, with the rights of whoever calls.
GRANT EXECUTE ON FUNCTION
    schemaver.document_version(text, jsonb), schemaver.migrate_document(text, jsonb, text),
    schemaver.document_path(text, text, text), schemaver.validate_document(text, jsonb)
    TO PUBLIC;
GRANT EXECUTE ON PROCEDURE schemaver.migrate_documents(regclass, text, text, text, integer, bigint, bigint) TO PUBLIC;

-- migration: whether a migration is applied, commits tell everyone already. Who declares one writes to the ledger, so that a
-- role is given. Rows of migration_tool name tables that are read whoever asks, and shown: for superusers, unless granted.
GRANT EXECUTE ON FUNCTION schemaver.up_to_date(text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION schemaver.revisions(), schemaver.check_revisions(), schemaver.migration_status(),
    schemaver.commits_of_migration(uuid[], text, text, bigint), schemaver.strongest_locks(text[]) TO pg_monitor, pg_database_owner;
GRANT SELECT ON schemaver.migration_history TO pg_monitor, pg_database_owner;
GRANT EXECUTE ON FUNCTION schemaver.begin_migration(text, text), schemaver.end_migration() TO pg_database_owner;

-- Which servers may be asked, and as whom, is checked when they are.
GRANT EXECUTE ON FUNCTION schemaver.definitions(text, text[], text[]), schemaver.compare_fleet(text[], text, text[]),
    schemaver.fleet_summary(text[], text, text[]), schemaver.check_subscription(text, text)
    TO pg_monitor, pg_database_owner;

-- The schema that was here before becomes the first commit.
CREATE FUNCTION schemaver.start_timeline() RETURNS void
LANGUAGE C SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_start_timeline';
SELECT schemaver.start_timeline();
DROP FUNCTION schemaver.start_timeline();

SELECT schemaver.schedule('seal', '1 minute');

CREATE EVENT TRIGGER schemaver_capture ON ddl_command_end EXECUTE FUNCTION schemaver.capture_command();
CREATE EVENT TRIGGER schemaver_capture_start ON ddl_command_start
    WHEN TAG IN ('CREATE INDEX', 'DROP INDEX', 'DROP TABLE')
    EXECUTE FUNCTION schemaver.capture_start();
CREATE EVENT TRIGGER schemaver_capture_drop ON sql_drop EXECUTE FUNCTION schemaver.capture_drop();
CREATE EVENT TRIGGER schemaver_guard ON ddl_command_start EXECUTE FUNCTION schemaver.guard_command();
COMMENT ON EVENT TRIGGER schemaver_guard IS 'schemaver: refuses what a policy refuses; does nothing where schemaver.environment is empty';
COMMENT ON EVENT TRIGGER schemaver_capture IS 'schemaver: records each DDL command';
COMMENT ON EVENT TRIGGER schemaver_capture_start IS 'schemaver: notes commands that commit on their way, and those that drop temporary tables alone';
COMMENT ON EVENT TRIGGER schemaver_capture_drop IS 'schemaver: records the objects that commands drop';
-- So that session_replication_role = replica is no way around.
ALTER EVENT TRIGGER schemaver_capture ENABLE ALWAYS;
ALTER EVENT TRIGGER schemaver_capture_start ENABLE ALWAYS;
ALTER EVENT TRIGGER schemaver_capture_drop ENABLE ALWAYS;
ALTER EVENT TRIGGER schemaver_guard ENABLE ALWAYS;
