-- The backup catalog: files, verifications, health, retention and the end of a backup.
SET client_min_messages = warning;
CREATE EXTENSION schemaver;
CREATE TABLE people (id int PRIMARY KEY);
\pset format unaligned
\pset tuples_only on
SELECT severity, finding, label, detail FROM schemaver.backup_health();

SELECT length(schemaver.stamp_backup('monday', definitions => false, kind => 'daily')) > 0;
SELECT severity, finding, label, hint FROM schemaver.backup_health();
SELECT schemaver.record_backup_file('monday', '/backups/monday.dump', 1234, repeat('AB', 32));
SELECT schemaver.record_backup_file('monday', 's3://backups/monday.dump');
SELECT schemaver.record_verification('monday', 'pg_restore --list', 'passed');
SELECT severity, finding, label FROM schemaver.backup_health();
SELECT severity, finding, label FROM schemaver.backup_health('-1 second');
SELECT label, kind, age < '1 hour', files, bytes, verification, verified_at IS NOT NULL, forgotten_at FROM schemaver.backups;
SELECT label, location, bytes, sha256 FROM schemaver.backup_files;
SELECT label, means, outcome, detail FROM schemaver.backup_verifications;

-- A version wants a backup of its own schema.
SELECT schemaver.tag('v1.0.0') IS NOT NULL;
SELECT finding, label, hint FROM schemaver.backup_health();
SELECT length(schemaver.stamp_backup('v1.0.0', definitions => false, kind => 'version')) > 0;
SELECT finding, label FROM schemaver.backup_health();
SELECT schemaver.record_verification('v1.0.0', 'restore into scratch', 'failed', 'the disk was full');
SELECT finding, label, hint FROM schemaver.backup_health();

-- Retention: by age, but never the last few, those of versions, and the last that passed.
SELECT length(schemaver.stamp_backup(kind || ' ' || n, definitions => false, kind => kind)) > 0
FROM unnest(ARRAY['daily', 'weekly', 'before-migration', 'other']) AS kind, generate_series(1, 2) AS n;
UPDATE schemaver.backup SET at = at - interval '1 year';
SELECT label, kind, reason, locations FROM schemaver.expired_backups(keep_last => 0) ORDER BY label;
SELECT label, kind FROM schemaver.expired_backups(keep_last => 1, other => '1 day') ORDER BY label;
SELECT label FROM schemaver.expired_backups();
SELECT label FROM schemaver.expired_backups(daily => NULL, weekly => NULL, before_migration => '2 years', keep_last => 0);
SELECT schemaver.forget_backup('daily 1', 'older than a week');
SELECT label FROM schemaver.expired_backups(keep_last => 0) ORDER BY label;
SELECT label, forgotten_at IS NOT NULL FROM schemaver.backups ORDER BY label COLLATE "C";
SELECT schemaver.backup_metadata('daily 1') <> '';  -- the stamp stays

-- No restore has brought a ledger.
SELECT count(*) FROM schemaver.restores;

-- What is refused.
\set VERBOSITY terse
SELECT schemaver.stamp_backup('x', kind => 'hourly');
SELECT schemaver.stamp_backup('x', kind => NULL);
SELECT schemaver.record_backup_file('sunday', '/backups/sunday.dump');
SELECT schemaver.record_backup_file('monday', ' ');
SELECT schemaver.record_backup_file('monday', NULL);
SELECT schemaver.record_backup_file('monday', 'x', -1);
SELECT schemaver.record_backup_file('monday', 'x', 0, 'abc');
SELECT schemaver.record_verification('monday', '', 'passed');
SELECT schemaver.record_verification('monday', 'x', 'maybe');
SELECT schemaver.forget_backup('sunday');
BEGIN READ ONLY;
SELECT schemaver.forget_backup('monday');
ROLLBACK;
CREATE ROLE regress_backups_nobody;
SET ROLE regress_backups_nobody;
SELECT schemaver.forget_backup('monday');
SELECT count(*) FROM schemaver.backup_files;
SELECT count(*) FROM schemaver.backup_act;
SELECT count(*) > 0 FROM schemaver.backups;
RESET ROLE;
DROP ROLE regress_backups_nobody;
\set VERBOSITY default

DROP TABLE people;
DROP EXTENSION schemaver;
