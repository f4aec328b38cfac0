-- A ledger of :commits commits, each with a command, a text, a change and a definition of its own; their digests are
-- computed here by the rules of docs/security.md, and so are a test of these.
-- Each has a transaction of its own, which has ended.
SELECT pg_current_xact_id() AS first \gset
SELECT format('DO $do$ BEGIN FOR i IN 1..%s LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $do$', :commits) \gexec
CREATE FUNCTION pg_temp.field(value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT int4send(length(value)) || value $$;
CREATE FUNCTION pg_temp.field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT int4send(octet_length(value)) || convert_to(value, 'UTF8') $$;
CREATE TEMP TABLE made AS
SELECT n, (n - 1000000000 + :first + 1)::text::xid8 AS transaction, now() AS at, s.text, sha256(convert_to(s.text, 'UTF8')) AS statement,
       ARRAY['table public.t' || n] AS objects, f.facet,
       sha256(convert_to('{"structure":"' || encode(sha256(convert_to(f.facet, 'UTF8')), 'hex') || '"}', 'UTF8')) AS definition
FROM generate_series(1000000000, 1000000000 + :commits - 1) AS n,
     LATERAL (SELECT 'CREATE TABLE t' || n || ' (id integer, name text)' AS text) AS s,
     LATERAL (SELECT '{"columns":[{"name":"id","type":"integer"},{"name":"c' || n || '","type":"text"}]}' AS facet) AS f;
SELECT timeline FROM schemaver.timeline \gset
INSERT INTO schemaver.statement SELECT :'timeline', statement, text FROM made;
INSERT INTO schemaver.definition SELECT :'timeline', definition, '{"structure":' || facet || '}' FROM made;
INSERT INTO schemaver.command SELECT :'timeline', transaction, 1, at, 'CREATE TABLE', 'ann', objects, statement FROM made;
INSERT INTO schemaver.change
SELECT :'timeline', n, 1, 'added', 'table', 'public.t' || n, 'public', NULL, NULL, definition, 1259, n::oid, NULL, false FROM made;
INSERT INTO schemaver.commit
SELECT :'timeline', n, transaction, at, 'ddl', 'ann', 'bench', NULL, NULL, NULL, 1, 1, NULL,
       sha256('D' || int2send(6::int2) || pg_temp.field(int4send(1)) || pg_temp.field(timestamptz_send(at))
              || pg_temp.field('CREATE TABLE') || pg_temp.field('ann') || pg_temp.field(array_send(objects)) || pg_temp.field(statement)
              || 'O' || int2send(12::int2) || pg_temp.field(int4send(1)) || pg_temp.field('added') || pg_temp.field('table')
              || pg_temp.field('public.t' || n) || pg_temp.field('public') || '\xffffffffffffffff'::bytea || pg_temp.field(definition)
              || pg_temp.field(oidsend(1259)) || pg_temp.field(oidsend(n::oid)) || '\xffffffff'::bytea || pg_temp.field(boolsend(false))
              || 'C' || int2send(12::int2) || pg_temp.field(uuid_send(:'timeline')) || pg_temp.field(int8send(n))
              || pg_temp.field(xid8send(transaction)) || pg_temp.field(timestamptz_send(at)) || pg_temp.field('ddl')
              || pg_temp.field('ann') || pg_temp.field('bench') || '\xffffffffffffffffffffffff'::bytea
              || pg_temp.field(int4send(1)) || pg_temp.field(int4send(1)))
FROM made;
