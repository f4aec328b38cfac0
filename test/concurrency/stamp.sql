-- A reader of whole definitions.
SELECT length(schemaver.backup_metadata());
SELECT count(*) FROM schemaver.objects();
