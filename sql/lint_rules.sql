-- Each rule of lint(): what it finds, and what it does not. The scripts are read by the server's own parser, and looked at
-- beside these tables; large ones are so because everything is larger than small here.
CREATE EXTENSION schemaver;
CREATE SCHEMA shop;
SET search_path = shop, public;
SET TimeZone = 'UTC';
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email varchar(50), born date, at timestamptz, code int, note text,
    CONSTRAINT customers_note CHECK (note IS NOT NULL AND length(note) > 1));
CREATE INDEX customers_at ON customers (at);
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE UNIQUE INDEX customers_name ON customers (name);
ALTER TABLE customers REPLICA IDENTITY USING INDEX customers_name;
CREATE TABLE orders (id int PRIMARY KEY, customer bigint REFERENCES customers, price numeric(10,2), qty int DEFAULT 1 NOT NULL, tag varchar(10));
CREATE INDEX orders_customer_price ON orders (customer, price);
CREATE VIEW order_prices AS SELECT id, price FROM orders;
CREATE MATERIALIZED VIEW sums AS SELECT customer, sum(price) AS sum FROM orders GROUP BY customer;
CREATE MATERIALIZED VIEW counts AS SELECT customer, count(*) AS n FROM orders GROUP BY customer;
CREATE UNIQUE INDEX counts_customer ON counts (customer);
CREATE TABLE log (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2 (at timestamptz NOT NULL, line text);
CREATE TABLE log_3 (at timestamptz NOT NULL, line text, CONSTRAINT log_3_bound CHECK (at >= '2022-01-01' AND at < '2023-01-01'));
CREATE TABLE nowhere (id int, a int, b int);
CREATE TABLE keyed (id int, extra int);
CREATE UNIQUE INDEX keyed_id ON keyed (id DESC) INCLUDE (extra);
CREATE UNIQUE INDEX keyed_extra ON keyed (extra) WHERE extra > 0;
CREATE MATERIALIZED VIEW keys AS SELECT * FROM keyed;
CREATE UNIQUE INDEX keys_id ON keys (id) INCLUDE (extra);
CREATE TABLE days (day int) PARTITION BY LIST (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES IN (1);
CREATE TABLE days_other PARTITION OF days DEFAULT;
CREATE TABLE days_2 (day int);
-- A type that is stored as text is, and sorted otherwise, as citext is.
CREATE TYPE alike;
SET client_min_messages = warning;
CREATE FUNCTION alike_in(cstring) RETURNS alike LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION alike_out(alike) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE alike (INPUT = alike_in, OUTPUT = alike_out, LIKE = text, COLLATABLE = true);
RESET client_min_messages;
CREATE CAST (text AS alike) WITHOUT FUNCTION;
CREATE TABLE words (exact text COLLATE "C", free text, twice text GENERATED ALWAYS AS (exact || exact) STORED);
CREATE INDEX words_exact ON words (exact);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN plain AS int;
CREATE TABLE amounts (a positive, p plain);
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE unused AS ENUM ('x');
CREATE TABLE moods (id int PRIMARY KEY, mood mood);
CREATE SCHEMA empty_schema;
CREATE FUNCTION f() RETURNS int LANGUAGE sql VOLATILE RETURN 1;
CREATE FUNCTION in_plpgsql() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders; END $$;
CREATE PROCEDURE move_rows() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE ' || current_setting('my.table'); COMMIT; END $$;
CREATE FUNCTION in_two() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE FUNCTION in_two(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders; END $$;
CREATE FUNCTION empty_orders() RETURNS void LANGUAGE sql AS 'DELETE FROM shop.orders; DROP TABLE nowhere';
CREATE PROCEDURE empty_twice() LANGUAGE sql AS 'SELECT empty_orders()';
SET client_min_messages = error;
CREATE PUBLICATION changes FOR TABLE moods;
RESET client_min_messages;
INSERT INTO customers SELECT g, 'n' || g, g, NULL, now(), g, 'note' FROM generate_series(1, 100) AS g;
INSERT INTO orders SELECT g, g, 1 FROM generate_series(1, 100) AS g;
INSERT INTO log_1 SELECT '2020-01-02' FROM generate_series(1, 100) AS g;
INSERT INTO log_2 SELECT '2021-01-02' FROM generate_series(1, 100) AS g;
INSERT INTO log_3 SELECT '2022-01-02' FROM generate_series(1, 100) AS g;
INSERT INTO nowhere VALUES (1);
INSERT INTO amounts VALUES (1);
INSERT INTO keyed SELECT g, g FROM generate_series(1, 100) AS g;
INSERT INTO days VALUES (1), (2);
REFRESH MATERIALIZED VIEW keys;
INSERT INTO moods VALUES (1, 'good');
-- An index of a CREATE INDEX CONCURRENTLY that failed.
INSERT INTO nowhere VALUES (1);
CREATE UNIQUE INDEX CONCURRENTLY nowhere_failed ON nowhere (id);
ANALYZE;
SET schemaver.lint_small_size = 0;

CREATE TEMP TABLE example (rule text, found text, not_found text);
INSERT INTO example VALUES
('adding-required-column', 'ALTER TABLE orders ADD COLUMN age int NOT NULL', 'ALTER TABLE orders ADD COLUMN age int NOT NULL DEFAULT 0'),
('adding-volatile-default', 'ALTER TABLE orders ADD COLUMN a int DEFAULT f()', 'ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT now()'),
('adding-volatile-default', 'ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid()', 'ALTER TABLE orders ADD COLUMN a int DEFAULT 1 + 1'),
('adding-serial-column', 'ALTER TABLE orders ADD COLUMN a bigserial', 'ALTER TABLE orders ADD COLUMN a bigint'),
('adding-serial-column', 'ALTER TABLE orders ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY', 'CREATE TABLE t (a bigserial)'),
('adding-stored-column', 'ALTER TABLE orders ADD COLUMN a numeric GENERATED ALWAYS AS (price * 2) STORED', 'ALTER TABLE orders ADD COLUMN a numeric'),
('adding-domain-column', 'ALTER TABLE orders ADD COLUMN a positive', 'ALTER TABLE orders ADD COLUMN a plain'),
('setting-not-null', 'ALTER TABLE customers ALTER COLUMN email SET NOT NULL', 'ALTER TABLE customers ALTER COLUMN note SET NOT NULL'),
('setting-not-null', 'ALTER TABLE customers ADD CONSTRAINT c CHECK (code IS NOT NULL) NOT VALID; ALTER TABLE customers ALTER COLUMN code SET NOT NULL',
 'ALTER TABLE customers ADD CONSTRAINT c CHECK (code IS NOT NULL) NOT VALID; ALTER TABLE customers VALIDATE CONSTRAINT c; ALTER TABLE customers ALTER COLUMN code SET NOT NULL'),
('dropping-column', 'ALTER TABLE orders DROP COLUMN tag', 'CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a'),
('dropping-not-null', 'ALTER TABLE customers ALTER COLUMN name DROP NOT NULL', 'ALTER TABLE customers ALTER COLUMN email DROP NOT NULL'),
('dropping-default', 'ALTER TABLE orders ALTER COLUMN qty DROP DEFAULT', 'ALTER TABLE orders ALTER COLUMN tag DROP DEFAULT'),
('renaming-column', 'ALTER TABLE orders RENAME COLUMN tag TO label', 'CREATE TABLE t (a int); ALTER TABLE t RENAME COLUMN a TO b'),
('replicated-table', 'ALTER TABLE moods ADD COLUMN a int', 'ALTER TABLE orders ADD COLUMN a int'),
('changing-type-rewrites', 'ALTER TABLE orders ALTER COLUMN id TYPE bigint', 'ALTER TABLE customers ALTER COLUMN email TYPE text'),
('changing-type-rewrites', 'ALTER TABLE customers ALTER COLUMN email TYPE varchar(20)', 'ALTER TABLE customers ALTER COLUMN email TYPE varchar(60)'),
('changing-type-rewrites', 'ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,3)', 'ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,2)'),
('changing-type-rewrites', 'ALTER TABLE customers ALTER COLUMN email TYPE text USING lower(email)', 'ALTER TABLE customers ALTER COLUMN email TYPE text USING email::text'),
('changing-type-rewrites', 'ALTER TABLE customers ALTER COLUMN code TYPE positive', 'ALTER TABLE customers ALTER COLUMN code TYPE plain'),
('changing-type-rebuilds-indexes', 'ALTER TABLE customers ALTER COLUMN at TYPE timestamp', 'ALTER TABLE customers ALTER COLUMN email TYPE text'),
('changing-used-type', 'ALTER TABLE orders ALTER COLUMN price TYPE numeric', 'ALTER TABLE orders ALTER COLUMN tag TYPE text'),
('char-type', 'CREATE TABLE t (a char(3))', 'CREATE TABLE t (a text)'),
('varchar-limit', 'ALTER TABLE orders ADD COLUMN a varchar(20)', 'ALTER TABLE orders ADD COLUMN a varchar'),
('integer-key', 'CREATE TABLE t (id int PRIMARY KEY)', 'CREATE TABLE t (id bigint PRIMARY KEY, n int)'),
('timestamp-without-zone', 'CREATE TABLE t (a timestamp)', 'CREATE TABLE t (a timestamptz)'),
('money-type', 'CREATE TABLE t (a money)', 'CREATE TABLE t (a numeric)'),
('json-type', 'CREATE TABLE t (a json)', 'CREATE TABLE t (a jsonb)'),
('serial-type', 'CREATE TABLE t (a serial)', 'CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY)'),
('enum-type', 'CREATE TYPE e AS ENUM (''a'')', 'CREATE TYPE e AS (a int)'),
('adding-check', 'ALTER TABLE orders ADD CHECK (price > 0)', 'ALTER TABLE orders ADD CHECK (price > 0) NOT VALID'),
('adding-foreign-key', 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE', 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers NOT VALID'),
('adding-foreign-key', 'ALTER TABLE orders ADD COLUMN c bigint DEFAULT 1 REFERENCES customers', 'ALTER TABLE orders ADD COLUMN c bigint REFERENCES customers'),
('foreign-key-without-index', 'ALTER TABLE nowhere ADD FOREIGN KEY (a) REFERENCES orders NOT VALID', 'ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers NOT VALID'),
('foreign-key-without-index', 'CREATE TABLE t (a int REFERENCES orders)', 'CREATE TABLE t (a int PRIMARY KEY REFERENCES orders)'),
('foreign-key-type', 'CREATE TABLE t (a int PRIMARY KEY REFERENCES customers)', 'CREATE TABLE t (a bigint PRIMARY KEY REFERENCES customers)'),
('foreign-key-target', 'ALTER TABLE orders ADD FOREIGN KEY (qty) REFERENCES nowhere (a) NOT VALID', 'ALTER TABLE orders ADD FOREIGN KEY (tag) REFERENCES customers (email) NOT VALID'),
('adding-unique', 'ALTER TABLE orders ADD UNIQUE (customer, price)', 'ALTER TABLE customers ADD CONSTRAINT u UNIQUE USING INDEX customers_email'),
('adding-primary-key', 'ALTER TABLE nowhere ADD PRIMARY KEY (id)', 'ALTER TABLE nowhere ADD PRIMARY KEY USING INDEX nowhere_failed'),
('primary-key-of-nullable', 'ALTER TABLE customers ADD PRIMARY KEY USING INDEX customers_email', 'ALTER TABLE customers ADD PRIMARY KEY USING INDEX customers_name'),
('adding-exclusion', 'ALTER TABLE orders ADD EXCLUDE (qty WITH =)', 'CREATE TABLE t (a int, EXCLUDE (a WITH =))'),
('validating-at-once', 'BEGIN; ALTER TABLE orders ADD CONSTRAINT c CHECK (price > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT', 'ALTER TABLE orders ADD CONSTRAINT c CHECK (price > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c'),
('dropping-used-key', 'ALTER TABLE customers DROP CONSTRAINT customers_pkey', 'ALTER TABLE orders DROP CONSTRAINT orders_pkey'),
('dropping-primary-key', 'ALTER TABLE orders DROP CONSTRAINT orders_pkey', 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey'),
('adding-domain-constraint', 'ALTER DOMAIN positive ADD CHECK (VALUE < 10)', 'ALTER DOMAIN positive ADD CHECK (VALUE < 10) NOT VALID'),
('creating-index', 'CREATE INDEX ON orders (qty)', 'CREATE INDEX CONCURRENTLY ON orders (qty)'),
('creating-index', 'CREATE INDEX ON counts (n)', 'CREATE TABLE t (a int); CREATE INDEX ON t (a)'),
('partitioned-index', 'CREATE INDEX ON log (line)', 'CREATE INDEX ON ONLY log (line)'),
('dropping-index', 'DROP INDEX customers_at', 'DROP INDEX CONCURRENTLY customers_at'),
('concurrently-in-transaction', 'BEGIN; CREATE INDEX CONCURRENTLY ON orders (qty); COMMIT', 'CREATE INDEX CONCURRENTLY ON orders (qty)'),
('concurrently-in-transaction', 'BEGIN; ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY; COMMIT', 'BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY counts; COMMIT'),
('duplicate-index', 'CREATE INDEX again ON customers (at)', 'CREATE INDEX again ON customers (at DESC)'),
('redundant-index', 'CREATE INDEX CONCURRENTLY ON orders (customer)', 'CREATE INDEX CONCURRENTLY ON orders (price)'),
('redundant-index', 'CREATE INDEX CONCURRENTLY ON customers (at, born)', 'CREATE INDEX CONCURRENTLY ON customers (born, at)'),
('wide-index', 'CREATE INDEX CONCURRENTLY ON orders (qty, tag, price, customer)', 'CREATE INDEX CONCURRENTLY ON orders (qty, tag, price)'),
('invalid-index-left', 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS nowhere_failed ON nowhere (id)', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_at ON customers (at)'),
('reindexing', 'REINDEX TABLE orders', 'REINDEX TABLE CONCURRENTLY orders'),
('reindexing', 'REINDEX INDEX customers_at', 'REINDEX INDEX CONCURRENTLY customers_at'),
('dropping-identity-index', 'DROP INDEX CONCURRENTLY customers_name', 'DROP INDEX CONCURRENTLY customers_at'),
('dropping-constraint-index', 'DROP INDEX orders_pkey', 'DROP INDEX customers_at'),
('dropping-table', 'DROP TABLE nowhere', 'CREATE TABLE t (); DROP TABLE t'),
('dropping-view', 'DROP VIEW order_prices', 'CREATE VIEW v AS SELECT 1; DROP VIEW v'),
('dropping-schema', 'DROP SCHEMA shop CASCADE', 'DROP SCHEMA empty_schema'),
('dropping-database', 'DROP DATABASE residency', 'DROP SCHEMA empty_schema'),
('dropping-type', 'DROP TYPE mood', 'DROP TYPE unused'),
('dropping-used', 'DROP TABLE orders', 'DROP TABLE nowhere'),
('dropping-used', 'DROP TABLE customers', 'DROP VIEW order_prices; DROP MATERIALIZED VIEW sums, counts; DROP TABLE orders; DROP TABLE customers'),
('dropping-used', 'DROP TABLE customers', 'DROP VIEW order_prices; DROP MATERIALIZED VIEW sums, counts; DROP TABLE customers, orders'),
('dropping-used', 'DROP TABLE customers', 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey; DROP TABLE customers'),
('changing-used-type', 'DROP MATERIALIZED VIEW counts; ALTER TABLE orders ALTER COLUMN price TYPE numeric', 'DROP VIEW order_prices; DROP MATERIALIZED VIEW sums; ALTER TABLE orders ALTER COLUMN price TYPE numeric'),
('dropping-used-column', 'ALTER TABLE orders DROP COLUMN price', 'ALTER TABLE orders DROP COLUMN tag'),
('cascade', 'DROP TABLE customers CASCADE', 'DROP TABLE nowhere CASCADE'),
('cascade', 'ALTER TABLE orders DROP COLUMN price CASCADE', 'ALTER TABLE orders DROP COLUMN tag CASCADE'),
('truncating', 'TRUNCATE orders', 'CREATE TABLE t (); TRUNCATE t'),
('truncating-cascade', 'TRUNCATE customers CASCADE', 'TRUNCATE orders CASCADE'),
('renaming', 'ALTER TABLE orders RENAME TO purchases', 'CREATE TABLE t (); ALTER TABLE t RENAME TO u'),
('renaming', 'ALTER TABLE orders SET SCHEMA public', 'ALTER INDEX customers_at RENAME TO customers_at_idx'),
('renaming', 'ALTER SCHEMA shop RENAME TO store', 'CREATE SCHEMA t; ALTER SCHEMA t RENAME TO u'),
('renaming-enum-value', 'ALTER TYPE mood RENAME VALUE ''bad'' TO ''sad''', 'ALTER TYPE mood ADD VALUE ''sad'''),
('dropping-owned', 'DROP OWNED BY CURRENT_USER', 'REASSIGN OWNED BY CURRENT_USER TO CURRENT_USER'),
('changing-all-rows', 'UPDATE orders SET qty = 2', 'UPDATE orders SET qty = 2 WHERE id = 1'),
('changing-all-rows', 'DELETE FROM orders', 'CREATE TABLE t (a int); DELETE FROM t'),
('changing-catalogs', 'DELETE FROM pg_enum WHERE enumlabel = ''bad''', 'DELETE FROM moods WHERE id = 1'),
('rewriting-table', 'ALTER TABLE orders SET UNLOGGED', 'ALTER TABLE orders SET LOGGED'),
('rewriting-table', 'ALTER TABLE orders SET TABLESPACE pg_default', 'ALTER TABLE orders SET (fillfactor = 90)'),
('clustering', 'CLUSTER orders USING orders_pkey', 'CREATE TABLE t (a int PRIMARY KEY); CLUSTER t USING t_pkey'),
('vacuum-full', 'VACUUM FULL orders', 'VACUUM orders'),
('vacuum-full', 'VACUUM (FULL)', 'VACUUM (FULL false)'),
('locking-table', 'BEGIN; LOCK TABLE orders; COMMIT', 'BEGIN; LOCK TABLE orders IN ROW EXCLUSIVE MODE; COMMIT'),
('refreshing', 'REFRESH MATERIALIZED VIEW counts', 'REFRESH MATERIALIZED VIEW CONCURRENTLY counts'),
('refreshing', 'REFRESH MATERIALIZED VIEW CONCURRENTLY sums', 'CREATE MATERIALIZED VIEW m AS SELECT 1; REFRESH MATERIALIZED VIEW m'),
('creating-trigger', 'CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f()', 'CREATE TABLE t (); CREATE TRIGGER t AFTER INSERT ON t EXECUTE FUNCTION f()'),
('attaching-partition', 'ALTER TABLE log ATTACH PARTITION log_2 FOR VALUES FROM (''2021-01-01'') TO (''2022-01-01'')', 'ALTER TABLE log ATTACH PARTITION log_3 FOR VALUES FROM (''2022-01-01'') TO (''2023-01-01'')'),
('detaching-partition', 'ALTER TABLE log DETACH PARTITION log_1', 'ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY'),
('unlogged-table', 'CREATE UNLOGGED TABLE t (a int)', 'CREATE TABLE t (a int)'),
('missing-lock-timeout', 'ALTER TABLE orders ADD COLUMN a int', 'SET lock_timeout = ''5s''; ALTER TABLE orders ADD COLUMN a int'),
('missing-lock-timeout', 'SET LOCAL lock_timeout = ''5s''; ALTER TABLE orders ADD COLUMN a int', 'BEGIN; SET LOCAL lock_timeout = ''5s''; ALTER TABLE orders ADD COLUMN a int; COMMIT'),
('missing-statement-timeout', 'CREATE INDEX ON orders (qty)', 'SET statement_timeout = 60000; CREATE INDEX ON orders (qty)'),
('mergeable-alters', 'ALTER TABLE orders ADD COLUMN a int; ALTER TABLE orders ADD COLUMN b int', 'ALTER TABLE orders ADD COLUMN a int; ALTER TABLE customers ADD COLUMN b int'),
('many-tables-locked', 'BEGIN; ALTER TABLE orders ADD COLUMN a int; ALTER TABLE customers ADD COLUMN a int; COMMIT', 'ALTER TABLE orders ADD COLUMN a int; ALTER TABLE customers ADD COLUMN a int'),
('slow-under-lock', 'BEGIN; ALTER TABLE orders ADD COLUMN a int; CREATE INDEX ON customers (born); COMMIT', 'ALTER TABLE orders ADD COLUMN a int; CREATE INDEX ON customers (born)'),
('data-and-schema', 'BEGIN; ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1 WHERE id > 3; COMMIT', 'ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1 WHERE id > 3'),
('enum-value-used', 'BEGIN; ALTER TYPE mood ADD VALUE ''sad''; INSERT INTO moods VALUES (2, ''sad''); COMMIT', 'ALTER TYPE mood ADD VALUE ''sad''; INSERT INTO moods VALUES (2, ''sad'')'),
('not-in-transaction', 'BEGIN; VACUUM orders; COMMIT', 'VACUUM orders'),
('nested-transaction', 'BEGIN; BEGIN; COMMIT', 'BEGIN; COMMIT'),
('nested-transaction', 'COMMIT', 'ROLLBACK'),
('altering-system', 'ALTER SYSTEM SET work_mem = ''1GB''', 'SET work_mem = ''1GB'''),
('unseen-commands', 'DO $$ BEGIN EXECUTE format(''DROP TABLE %I'', ''orders''); END $$', 'DO $$ BEGIN EXECUTE ''DROP TABLE orders''; END $$'),
('unseen-commands', 'DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE current_setting(''my.query'') LOOP NULL; END LOOP; END $$', 'DO $$ BEGIN GRANT EXECUTE ON FUNCTION f() TO PUBLIC; END $$'),
('unseen-commands', 'SELECT in_two()', 'SELECT now(), gen_random_uuid(), schemaver.begin_migration(''x'')'),
('unseen-commands', 'CALL move_rows()', 'CALL empty_twice()'),
('unseen-commands', 'SELECT * FROM shop.in_two()', 'CREATE FUNCTION made() RETURNS int LANGUAGE sql AS ''SELECT 1''; SELECT made()'),
('changing-all-rows', 'SELECT empty_orders()', 'SELECT in_two()'),
('changing-all-rows', 'SELECT in_plpgsql()', 'CREATE FUNCTION made() RETURNS void LANGUAGE plpgsql AS ''BEGIN DELETE FROM orders; END'''),
('changing-all-rows', 'DO $$ DECLARE n int; BEGIN UPDATE orders SET qty = 2 RETURNING id INTO n; END $$', 'DO $$ BEGIN UPDATE orders SET qty = 2 WHERE id = 1; END $$'),
('dropping-table', 'DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = ''nowhere'') THEN DROP TABLE nowhere; END IF; END $$', 'DO $$ BEGIN RAISE NOTICE ''DROP TABLE nowhere;''; END $$'),
('dropping-table', 'DO $$ BEGIN EXECUTE ''DROP TABLE nowhere''; END $$', 'DO LANGUAGE plpython3u ''import os'''),
('dropping-table', 'DO $$ BEGIN PERFORM 1; CALL empty_twice(); END $$', 'DO $$ DECLARE "drop" int; delete int := 1; BEGIN "drop" := delete; END $$'),
('object-missing', 'DO $$ BEGIN DROP TABLE nowhere; DROP TABLE nowhere; END $$', 'DO $$ BEGIN IF true THEN DROP TABLE nowhere; END IF; DROP TABLE nowhere; END $$'),
('object-missing', 'DO $$ BEGIN ALTER TABLE no_such ADD COLUMN a int; END $$', 'DO $$ BEGIN ALTER TABLE no_such ADD COLUMN a int; EXCEPTION WHEN undefined_table THEN NULL; END $$'),
('object-exists', 'DO $$ <<outer>> BEGIN CREATE TABLE orders (id int PRIMARY KEY); END $$', 'DO $$ BEGIN IF to_regclass(''orders'') IS NULL THEN CREATE TABLE orders (id int PRIMARY KEY); END IF; END $$'),
('object-exists', 'DO $$ BEGIN LOOP EXIT; END LOOP; CREATE TABLE orders (id int PRIMARY KEY); END $$', 'DO $$ BEGIN FOR i IN 1..2 LOOP CREATE TABLE orders (id int PRIMARY KEY); END LOOP; END $$'),
('adding-check', 'DO $$ BEGIN IF true THEN ALTER TABLE orders ADD CHECK (qty > 0); END IF; END $$', 'DO $$ BEGIN IF true THEN ALTER TABLE orders ADD CHECK (qty > 0) NOT VALID; END IF; END $$'),
('missing-lock-timeout', 'DO $$ BEGIN ALTER TABLE orders ADD COLUMN a int; END $$', 'DO $$ BEGIN SET LOCAL lock_timeout = 100; ALTER TABLE orders ADD COLUMN a int; END $$'),
('concurrently-in-transaction', 'DO $$ BEGIN CREATE INDEX CONCURRENTLY ON orders (qty); END $$', 'DO $$ BEGIN NULL; END $$; CREATE INDEX CONCURRENTLY ON orders (qty)'),
('dropping-table', 'CALL empty_twice()', 'CREATE FUNCTION made() RETURNS void LANGUAGE sql AS ''DROP TABLE nowhere'''),
('truncating', 'CREATE FUNCTION made() RETURNS void LANGUAGE sql AS ''TRUNCATE orders''; SELECT made()', 'CREATE FUNCTION made() RETURNS void LANGUAGE sql AS ''TRUNC orders''; SELECT made()'),
('changing-all-rows', 'CREATE PROCEDURE made() BEGIN ATOMIC UPDATE orders SET qty = 1; END; CALL made()', 'CREATE PROCEDURE made() BEGIN ATOMIC UPDATE orders SET qty = 1 WHERE id = 1; END; CALL made()'),
('object-missing', 'SELECT empty_orders(); DROP TABLE nowhere', 'SELECT f(); DROP TABLE nowhere'),
('uncommitted', 'BEGIN; ALTER TABLE orders ADD COLUMN a int', 'BEGIN; ALTER TABLE orders ADD COLUMN a int; COMMIT'),
('object-exists', 'CREATE TABLE orders (id bigint PRIMARY KEY)', 'CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY)'),
('object-exists', 'CREATE SCHEMA shop', 'CREATE TABLE public.orders (id bigint PRIMARY KEY)'),
('object-exists', 'CREATE TABLE t (); CREATE TABLE t ()', 'CREATE TABLE t (); DROP TABLE t; CREATE TABLE t ()'),
('object-missing', 'ALTER TABLE no_such ADD COLUMN a int', 'ALTER TABLE IF EXISTS no_such ADD COLUMN a int'),
('object-missing', 'SET search_path = public; ALTER TABLE orders ADD COLUMN a int', 'SET search_path = public; ALTER TABLE shop.orders ADD COLUMN a int'),
('column-missing', 'ALTER TABLE orders DROP COLUMN nope', 'ALTER TABLE orders DROP COLUMN IF EXISTS nope'),
('column-missing', 'CREATE INDEX CONCURRENTLY ON orders (nope)', 'ALTER TABLE orders ADD COLUMN nope int, ADD CHECK (nope > 1) NOT VALID'),
('column-exists', 'ALTER TABLE orders ADD COLUMN price int', 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS price int'),
('constraint-missing', 'ALTER TABLE orders DROP CONSTRAINT nope', 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS nope'),
('table-without-key', 'CREATE TABLE t (a int)', 'CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))'),
('name-truncated', 'CREATE TABLE a234567890123456789012345678901234567890123456789012345678901234 (a int)', 'CREATE TABLE a23456789012345678901234567890123456789012345678901234567890123 (a int)'),
('mixed-case-name', 'CREATE TABLE "Orders" (a int)', 'CREATE TABLE Orders2 (a int)'),
('reserved-name', 'CREATE TABLE "user" (a int)', 'CREATE TABLE users (a int)'),
('disabling-trigger', 'ALTER TABLE orders DISABLE TRIGGER ALL', 'ALTER TABLE orders ENABLE TRIGGER ALL'),
('disabling-row-security', 'ALTER TABLE orders DISABLE ROW LEVEL SECURITY', 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY'),
('granting-to-public', 'GRANT SELECT ON orders TO PUBLIC', 'GRANT SELECT ON orders TO CURRENT_USER'),
('granting-to-public', 'GRANT CREATE ON SCHEMA shop TO PUBLIC', 'REVOKE CREATE ON SCHEMA shop FROM PUBLIC'),
('mergeable-alters', 'ALTER TABLE orders ADD COLUMN a int; ALTER TABLE orders ALTER COLUMN a SET DEFAULT 1', 'ALTER TABLE customers ALTER COLUMN note SET NOT NULL; ALTER TABLE customers DROP CONSTRAINT customers_note'),
('foreign-key-target', 'ALTER TABLE orders ADD FOREIGN KEY (qty) REFERENCES keyed (extra) NOT VALID', 'ALTER TABLE orders ADD FOREIGN KEY (qty) REFERENCES keyed (id) NOT VALID'),
('refreshing', 'REFRESH MATERIALIZED VIEW keys', 'REFRESH MATERIALIZED VIEW CONCURRENTLY keys'),
('adding-unique', 'ALTER TABLE log ADD UNIQUE (at)', 'ALTER TABLE ONLY log ADD UNIQUE (at)'),
('adding-primary-key', 'ALTER TABLE log ADD CONSTRAINT log_key PRIMARY KEY (at)', 'ALTER TABLE ONLY log ADD PRIMARY KEY (at)'),
('rewriting-table', 'ALTER TABLE log_1 SET TABLESPACE pg_default', 'ALTER TABLE log SET TABLESPACE pg_default'),
('detaching-partition', 'ALTER TABLE days DETACH PARTITION days_1 CONCURRENTLY', 'ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY'),
('changing-type-rewrites', 'ALTER TABLE customers ALTER COLUMN at TYPE timestamptz(3)', 'ALTER TABLE customers ALTER COLUMN at TYPE timestamptz(6)'),
('adding-foreign-key', 'ALTER TABLE orders ADD COLUMN c bigint DEFAULT NULL REFERENCES customers', 'ALTER TABLE orders ADD COLUMN c bigint CHECK (c > 0) REFERENCES customers'),
('missing-lock-timeout', 'ALTER TABLE moods ENABLE TRIGGER ALL', 'ALTER INDEX customers_at RENAME TO customers_when'),
('missing-lock-timeout', 'CREATE TABLE log_9 PARTITION OF log FOR VALUES FROM (''2030-01-01'') TO (''2031-01-01'')', 'CREATE TABLE log_9 (LIKE log)'),
('many-tables-locked', 'BEGIN; ALTER TABLE nowhere ADD COLUMN c int; ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey; COMMIT', 'BEGIN; ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey; COMMIT'),
('changing-type-rebuilds-indexes', 'ALTER TABLE customers ALTER COLUMN name TYPE text COLLATE "C"', 'ALTER TABLE customers ALTER COLUMN name TYPE text COLLATE "default"'),
('changing-type-rebuilds-indexes', 'ALTER TABLE words ALTER COLUMN exact TYPE text', 'ALTER TABLE words ALTER COLUMN exact TYPE varchar COLLATE "C"'),
('changing-type-rebuilds-indexes', 'ALTER TABLE words ALTER COLUMN exact TYPE shop.alike', 'ALTER TABLE words ALTER COLUMN free TYPE shop.alike'),
('changing-type-rewrites', 'ALTER TABLE amounts ALTER COLUMN a TYPE bigint', 'ALTER TABLE amounts ALTER COLUMN a TYPE int'),
('scanning-default-partition', 'ALTER TABLE days ATTACH PARTITION days_2 FOR VALUES IN (2)', 'ALTER TABLE log ATTACH PARTITION log_2 FOR VALUES FROM (''2021-01-01'') TO (''2022-01-01'')'),
('scanning-default-partition', 'CREATE TABLE days_3 PARTITION OF days FOR VALUES IN (3)', 'CREATE TABLE log_9 PARTITION OF log FOR VALUES FROM (''2030-01-01'') TO (''2031-01-01'')'),
('scanning-default-partition', 'CREATE TABLE days_3 PARTITION OF days FOR VALUES IN (3)', 'ALTER TABLE days_other ADD CONSTRAINT c CHECK (day > 3) NOT VALID; ALTER TABLE days_other VALIDATE CONSTRAINT c; CREATE TABLE days_3 PARTITION OF days FOR VALUES IN (3)'),
('detaching-partition', 'ALTER TABLE days DETACH PARTITION days_1', 'ALTER TABLE days DETACH PARTITION days_1 FINALIZE'),
('concurrently-in-transaction', 'BEGIN; ALTER TABLE days DETACH PARTITION days_1 CONCURRENTLY; COMMIT', 'BEGIN; ALTER TABLE days DETACH PARTITION days_1 FINALIZE; COMMIT'),
('adding-unique', 'ALTER TABLE orders ADD CONSTRAINT told UNIQUE NULLS NOT DISTINCT (qty, tag) INCLUDE (price) DEFERRABLE INITIALLY DEFERRED', 'ALTER TABLE orders ADD CONSTRAINT told UNIQUE USING INDEX told'),
('adding-unique', 'ALTER TABLE orders ADD COLUMN code text COLLATE "C" DEFAULT ''a'' UNIQUE DEFERRABLE', 'SELECT 1'),
('adding-foreign-key', 'ALTER TABLE orders ADD COLUMN other bigint DEFAULT 1 REFERENCES customers ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE', 'ALTER TABLE orders ADD COLUMN other bigint REFERENCES customers'),
('object-missing', 'BEGIN; CREATE TABLE t (id int PRIMARY KEY); ROLLBACK; ALTER TABLE t ADD COLUMN a int', 'BEGIN; DROP TABLE nowhere; ROLLBACK; ALTER TABLE nowhere ADD COLUMN c int'),
('object-missing', 'BEGIN; SAVEPOINT a; CREATE TABLE t (); ROLLBACK TO a; DROP TABLE t; COMMIT', 'BEGIN; CREATE TABLE t (); SAVEPOINT a; DROP TABLE t; SAVEPOINT b; ROLLBACK TO a; DROP TABLE t; COMMIT'),
('column-missing', 'BEGIN; ALTER TABLE nowhere ADD COLUMN c int; ROLLBACK; ALTER TABLE nowhere DROP COLUMN c', 'BEGIN; ALTER TABLE nowhere DROP COLUMN b; ROLLBACK; ALTER TABLE nowhere DROP COLUMN b'),
('missing-lock-timeout', 'BEGIN; SET lock_timeout = 100; ROLLBACK; ALTER TABLE nowhere ADD COLUMN c int', 'BEGIN; SET lock_timeout = 100; COMMIT; ALTER TABLE nowhere ADD COLUMN c int'),
('missing-lock-timeout', 'BEGIN; SAVEPOINT a; SET LOCAL lock_timeout = 100; ROLLBACK TO a; ALTER TABLE nowhere ADD COLUMN c int; COMMIT', 'BEGIN; SET LOCAL lock_timeout = 100; SAVEPOINT a; ROLLBACK TO a; ALTER TABLE nowhere ADD COLUMN c int; COMMIT'),
('object-missing', 'BEGIN; SET LOCAL search_path = shop; COMMIT; SET search_path = public; ALTER TABLE orders ADD COLUMN a int', 'BEGIN; SET LOCAL search_path = public; COMMIT; ALTER TABLE orders ADD COLUMN a int'),
('nested-transaction', 'BEGIN; COMMIT; COMMIT', 'BEGIN; COMMIT AND CHAIN; COMMIT'),
('uncommitted', 'BEGIN; COMMIT AND CHAIN', 'BEGIN; ROLLBACK AND CHAIN; ROLLBACK'),
('definer-without-path', 'CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1', 'CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp RETURN 1');

-- Since 17 there is SET EXPRESSION.
INSERT INTO example SELECT 'changing-expression', 'ALTER TABLE words ALTER COLUMN twice SET EXPRESSION AS (exact || free)', 'ALTER TABLE words ALTER COLUMN twice DROP EXPRESSION'
WHERE current_setting('server_version_num')::int >= 170000;

-- Where a rule does not find what it should, or finds what it should not.
CREATE TEMP TABLE told AS SELECT example.rule, found, l.* FROM example, schemaver.lint(found) AS l (rule_of, severity, statement, line, "position", kind, identity, why, instead);
SELECT rule, found AS not_found FROM example
WHERE NOT EXISTS (SELECT FROM told WHERE told.found = example.found AND rule_of = example.rule);
SELECT rule, not_found AS found FROM example
WHERE EXISTS (SELECT FROM schemaver.lint(not_found) AS l WHERE l.rule = example.rule);
-- Each rule has an example; those of two that need a session that runs meanwhile, or an older server, are unit tests.
SELECT rule FROM schemaver.lint_rules() WHERE rule NOT IN (SELECT rule FROM example) AND rule <> 'changing-expression' ORDER BY rule COLLATE "C";
SELECT rule FROM example WHERE rule NOT IN (SELECT rule FROM schemaver.lint_rules());

-- What a function runs is told at its call.
SELECT rule, statement, line, "position", why FROM schemaver.lint(E'SELECT 1;\nCALL empty_twice()') WHERE rule IN ('changing-all-rows', 'dropping-table');
SELECT rule, statement, line, "position", why FROM schemaver.lint(E'SELECT 1;\nDO $$\nBEGIN\n\tDROP TABLE nowhere;\nEND\n$$') WHERE rule = 'dropping-table';

-- Nothing was run.
SELECT count(*) FROM orders;
-- What to run instead parses, where it is whole.
SELECT rule, instead, schemaver.lint_json(instead) IS NOT NULL AS parses
FROM told
WHERE rule_of = rule AND rule <> 'changing-expression' AND instead !~ '\.\.\.' AND instead ~ '^(ALTER|CREATE|DROP|REINDEX|REFRESH|VACUUM|SET|COMMIT|TRUNCATE|SELECT)'
ORDER BY rule COLLATE "C", instead COLLATE "C";

RESET search_path;
DROP EXTENSION schemaver;
SET client_min_messages = error;
DROP PUBLICATION changes;
DROP SCHEMA shop, empty_schema CASCADE;
