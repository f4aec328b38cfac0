-- A reader: what it saw of each schema.
INSERT INTO seen SELECT n, schemaver.fingerprint(scope => 'schema:c' || n) FROM generate_series(0, 7) AS n;
