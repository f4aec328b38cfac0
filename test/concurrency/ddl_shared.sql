-- Objects that all share, changed under the locks that these commands take themselves, in an order that knows no
-- deadlock: the table of the lower number first, and a view when nobody else can read its table.
\set one random(0, 2)
\set two :one + random(1, 2)
\set number random(1, 1000000)
BEGIN;
ALTER TABLE shared.t:one ALTER a SET DEFAULT :number;
CREATE OR REPLACE VIEW shared.v:one AS SELECT a, :number AS n FROM shared.t:one;
ALTER TABLE shared.t:two ALTER a SET DEFAULT :number;
COMMENT ON TABLE shared.t:two IS ':number';
INSERT INTO done VALUES (:client_id, 4, pg_current_xact_id());
COMMIT;
