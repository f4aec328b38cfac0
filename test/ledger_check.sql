-- The ledger explains the schema: what the commits add up to is what a full read of the catalogs gives. No row: so it
-- is, in every kind, identity, schema and digest. Included by the tests with \i.
SELECT kind, identity,
       CASE WHEN l.digest IS NULL THEN 'in the ledger alone' WHEN h.digest IS NULL THEN 'in the catalogs alone'
            ELSE 'otherwise in the catalogs' END AS not_explained
FROM schemaver.objects('head') AS h FULL JOIN schemaver.objects('live') AS l USING (kind, identity)
WHERE (h.digest, h.schema) IS DISTINCT FROM (l.digest, l.schema)
ORDER BY kind COLLATE "C", identity COLLATE "C";
