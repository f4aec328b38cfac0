-- Objects of one's own, and an error that takes a part of it back. 6 commands.
BEGIN;
CREATE TABLE own.t:client_id (id int PRIMARY KEY, name text DEFAULT 'x');
SAVEPOINT s;
ALTER TABLE own.t:client_id ADD other int;
DROP TABLE own.t:client_id;
ROLLBACK TO s;
ALTER TABLE own.t:client_id ADD CONSTRAINT named CHECK (name <> '');
CREATE VIEW own.v:client_id AS SELECT id FROM own.t:client_id;
INSERT INTO done VALUES (:client_id, 3, pg_current_xact_id());
COMMIT;
BEGIN;
ALTER TABLE own.t:client_id RENAME TO u:client_id;
COMMENT ON VIEW own.v:client_id IS 'mine';
DROP TABLE own.u:client_id CASCADE;
INSERT INTO done VALUES (:client_id, 3, pg_current_xact_id());
COMMIT;
