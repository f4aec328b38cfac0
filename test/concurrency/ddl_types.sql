-- What the server takes no lock for, or none that holds off another of its kind: two of these at once give "tuple
-- concurrently updated", with schemaver and without. So each takes a lock of its own first. In a transaction with an
-- old snapshot, which sees nothing of what others have changed meanwhile.
\set number random(1, 1000000)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_advisory_xact_lock(1);
ALTER DOMAIN shared.word SET DEFAULT ':number';
CREATE OR REPLACE FUNCTION shared.give() RETURNS int LANGUAGE sql AS 'SELECT :number';
GRANT SELECT ON shared.granted TO PUBLIC;
REVOKE SELECT ON shared.granted FROM PUBLIC;
INSERT INTO done VALUES (:client_id, 4, pg_current_xact_id());
COMMIT;
