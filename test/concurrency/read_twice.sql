-- A reader whose snapshot grows old: it must see the same at the end as at the beginning.
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO seen SELECT n, schemaver.fingerprint(scope => 'schema:c' || n) FROM generate_series(0, 7) AS n;
\sleep 30 ms
INSERT INTO seen_twice SELECT schemaver.fingerprint(exact => true), txid_current();
\sleep 30 ms
INSERT INTO seen_twice SELECT schemaver.fingerprint(exact => true), txid_current();
COMMIT;
