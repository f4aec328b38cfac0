-- A name that a view and an index say, there and back; and one time in ten it comes to nothing. Serializable, which
-- no reading of ours may spoil.
\set which random(0, 9)
BEGIN ISOLATION LEVEL SERIALIZABLE;
ALTER TABLE shared.named RENAME COLUMN a TO b;
ALTER TABLE shared.named RENAME TO renamed;
ALTER TABLE shared.renamed RENAME COLUMN b TO a;
ALTER TABLE shared.renamed RENAME TO named;
INSERT INTO done VALUES (:client_id, 4, pg_current_xact_id());
\if :which = 0
ROLLBACK;
\else
COMMIT;
\endif
