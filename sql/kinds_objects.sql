-- The kinds beside tables, views, functions and what hangs on them: one of each is made, none of them is left out,
-- describe() says what CREATE said, and a change of one property changes the fingerprint until it is undone.
CREATE EXTENSION schemaver;
CREATE SCHEMA app;
SET search_path = app;
CREATE ROLE regress_kinds_owner;

-- Types: base (with its array), shell, domain, composite, range.
SET client_min_messages = warning;  -- of functions of types that are yet to be
CREATE TYPE later;
CREATE TYPE cents;
CREATE FUNCTION cents_in(cstring) RETURNS cents LANGUAGE internal IMMUTABLE STRICT AS 'int8in';
CREATE FUNCTION cents_out(cents) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int8out';
CREATE FUNCTION cents_receive(internal) RETURNS cents LANGUAGE internal IMMUTABLE STRICT AS 'int8recv';
CREATE FUNCTION cents_send(cents) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int8send';
CREATE TYPE cents (INPUT = cents_in, OUTPUT = cents_out, RECEIVE = cents_receive, SEND = cents_send, LIKE = bigint,
    CATEGORY = 'N', DEFAULT = '0', DELIMITER = ';');
RESET client_min_messages;
CREATE DOMAIN share AS numeric(5, 2) DEFAULT 1 NOT NULL CHECK (VALUE <= 100);
CREATE DOMAIN word AS text COLLATE "C";
CREATE TYPE pair AS (low cents, high cents, note text COLLATE "C");
CREATE FUNCTION distance(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE RETURN $1 - $2;
CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = distance, MULTIRANGE_TYPE_NAME = spans);

-- Operators, some named before they are made; a class, and a family with members of its own.
CREATE FUNCTION less(cents, cents) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8lt';
CREATE FUNCTION less_or_equal(cents, cents) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8le';
CREATE FUNCTION equal(cents, cents) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE FUNCTION equal(cents, bigint) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE FUNCTION greater_or_equal(cents, cents) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8ge';
CREATE FUNCTION greater(cents, cents) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8gt';
CREATE FUNCTION compare(cents, cents) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint8cmp';
CREATE FUNCTION compare(cents, bigint) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint8cmp';
CREATE FUNCTION minus(cents) RETURNS cents LANGUAGE internal IMMUTABLE STRICT AS 'int8um';
CREATE OPERATOR < (FUNCTION = less, LEFTARG = cents, RIGHTARG = cents, COMMUTATOR = >, NEGATOR = >=,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (FUNCTION = less_or_equal, LEFTARG = cents, RIGHTARG = cents);
CREATE OPERATOR = (FUNCTION = equal, LEFTARG = cents, RIGHTARG = cents, COMMUTATOR = =, RESTRICT = eqsel,
    JOIN = eqjoinsel, MERGES, HASHES);
CREATE OPERATOR >= (FUNCTION = greater_or_equal, LEFTARG = cents, RIGHTARG = cents);
CREATE OPERATOR > (FUNCTION = greater, LEFTARG = cents, RIGHTARG = cents);
CREATE OPERATOR = (FUNCTION = equal, LEFTARG = cents, RIGHTARG = bigint, COMMUTATOR = ===);
CREATE OPERATOR - (FUNCTION = minus, RIGHTARG = cents);
CREATE OPERATOR FAMILY money_like USING btree;
CREATE OPERATOR CLASS cents_ops DEFAULT FOR TYPE cents USING btree FAMILY money_like AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compare(cents, cents);
ALTER OPERATOR FAMILY money_like USING btree ADD
    OPERATOR 3 = (cents, bigint), FUNCTION 1 (cents, bigint) compare(cents, bigint);
CREATE OPERATOR CLASS near_ops FOR TYPE point USING gist AS
    OPERATOR 1 <<, OPERATOR 15 <-> (point, point) FOR ORDER BY float_ops,
    FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal),
    FUNCTION 2 gist_box_union(internal, internal),
    FUNCTION 3 gist_point_compress(internal),
    FUNCTION 5 gist_box_penalty(internal, internal, internal),
    FUNCTION 6 gist_box_picksplit(internal, internal),
    FUNCTION 7 gist_box_same(box, box, internal),
    FUNCTION 8 gist_point_distance(internal, point, smallint, oid, internal),
    STORAGE box;

-- Aggregates: with a moving state, with a sort operator, ordered-set, hypothetical-set.
CREATE AGGREGATE total(bigint) (SFUNC = int8pl, STYPE = bigint, SSPACE = 8, INITCOND = '0', COMBINEFUNC = int8pl,
    MSFUNC = int8pl, MINVFUNC = int8mi, MSTYPE = bigint, MINITCOND = '0', PARALLEL = SAFE);
CREATE FUNCTION lesser(cents, cents) RETURNS cents LANGUAGE internal IMMUTABLE STRICT AS 'int8smaller';
CREATE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <);
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE);
CREATE AGGREGATE would_be(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);

-- Casts: by function, by text, by nothing at all. A range's cast to its multirange is a part of the range.
CREATE FUNCTION to_cents(numeric) RETURNS cents LANGUAGE internal IMMUTABLE STRICT AS 'numeric_int8';
CREATE CAST (numeric AS cents) WITH FUNCTION to_cents AS ASSIGNMENT;
CREATE CAST (cents AS text) WITH INOUT;
CREATE CAST (cents AS bigint) WITHOUT FUNCTION AS IMPLICIT;

CREATE COLLATION plain (LOCALE = 'C');
CREATE COLLATION folded (PROVIDER = icu, LOCALE = 'en-u-ks-level2', DETERMINISTIC = false);
CREATE DEFAULT CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- Text search.
CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE replacing (INIT = dsynonym_init, LEXIZE = dsynonym_lexize);
CREATE TEXT SEARCH DICTIONARY lower (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION search (PARSER = words);
ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR word, asciiword WITH lower, english_stem;

-- A language, transforms in it, access methods.
CREATE FUNCTION handle() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION handle_inline(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION validate(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE plain HANDLER handle INLINE handle_inline VALIDATOR validate;
CREATE TRUSTED LANGUAGE trusted HANDLER handle;
GRANT USAGE ON LANGUAGE trusted TO regress_kinds_owner;
CREATE FUNCTION from_cents(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'prsd_lextype';
CREATE FUNCTION into_cents(internal) RETURNS cents LANGUAGE internal IMMUTABLE AS 'int8recv';
CREATE TRANSFORM FOR cents LANGUAGE plain
    (FROM SQL WITH FUNCTION from_cents(internal), TO SQL WITH FUNCTION into_cents(internal));
CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler;
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;

COMMENT ON AGGREGATE total(bigint) IS 'without overflow';
COMMENT ON CAST (cents AS text) IS 'as written';
COMMENT ON COLUMN pair.low IS 'not above high';
COMMENT ON OPERATOR CLASS cents_ops USING btree IS 'by amount';
COMMENT ON OPERATOR FAMILY money_like USING btree IS 'amounts';
COMMENT ON TEXT SEARCH CONFIGURATION search IS 'in two steps';
COMMENT ON TRANSFORM FOR cents LANGUAGE plain IS 'as it is';

SELECT * FROM schemaver.unmodelled();

SELECT kind, identity FROM schemaver.objects() WHERE kind NOT IN ('schema', 'function')
ORDER BY kind, identity COLLATE "C";

\pset format unaligned
SELECT kind, identity, jsonb_pretty(schemaver.describe(kind, identity)::jsonb - 'security') AS definition
FROM (VALUES ('type', 'app.later'), ('type', 'app.cents'), ('type', 'app.share'), ('type', 'app.span'),
             ('operator', 'app.<(app.cents,app.cents)'), ('operator', 'app.===(bigint,app.cents)'),
             ('operator class', 'app.cents_ops USING btree'), ('operator class', 'app.near_ops USING gist'),
             ('operator family', 'app.money_like USING btree'),
             ('aggregate', 'app.total(bigint)'), ('aggregate', 'app.lowest(app.cents)'),
             ('aggregate', 'app.middle(double precision,pg_catalog.anyelement)'),
             ('cast', '(numeric AS app.cents)'), ('cast', '(app.cents AS bigint)'),
             ('collation', 'app.folded'), ('collation', 'app.plain'), ('conversion', 'app.latin'),
             ('text search parser', 'app.words'), ('text search template', 'app.replacing'),
             ('text search dictionary', 'app.lower'), ('text search configuration', 'app.search'),
             ('language', 'plain'), ('transform', 'for app.cents language plain'),
             ('access method', 'pile')) AS wanted (kind, identity);
\pset format aligned

-- Each change is seen, in the portable fingerprint as in the exact one, and gone with its reverse.
CREATE FUNCTION try_change(change text, reverse text, OUT seen boolean, OUT undone boolean) LANGUAGE plpgsql AS $$
DECLARE
    exact text := schemaver.fingerprint(exact => true);
    portable text := schemaver.fingerprint();
BEGIN
    EXECUTE change;
    seen := schemaver.fingerprint() <> portable AND schemaver.fingerprint(exact => true) <> exact;
    EXECUTE reverse;
    undone := schemaver.fingerprint() = portable AND schemaver.fingerprint(exact => true) = exact;
END $$;

SELECT count(*) AS changes, count(*) FILTER (WHERE seen) AS seen, count(*) FILTER (WHERE undone) AS undone,
    array_agg(change) FILTER (WHERE NOT seen OR NOT undone) AS wrong
FROM (VALUES
    ('ALTER TYPE cents SET (STORAGE = plain, ANALYZE = array_typanalyze)', 'ALTER TYPE cents SET (ANALYZE = NONE)'),
    ('ALTER TYPE cents SET (SEND = NONE)', 'ALTER TYPE cents SET (SEND = cents_send)'),
    ('ALTER TYPE later OWNER TO regress_kinds_owner', 'ALTER TYPE later OWNER TO CURRENT_USER'),
    ('REVOKE USAGE ON TYPE cents FROM PUBLIC', 'GRANT USAGE ON TYPE cents TO PUBLIC'),
    ('ALTER DOMAIN share DROP NOT NULL', 'ALTER DOMAIN share SET NOT NULL'),
    ('ALTER OPERATOR < (cents, cents) SET (RESTRICT = NONE)',
     'ALTER OPERATOR < (cents, cents) SET (RESTRICT = scalarltsel)'),
    ('ALTER OPERATOR < (cents, cents) SET (JOIN = NONE)',
     'ALTER OPERATOR < (cents, cents) SET (JOIN = scalarltjoinsel)'),
    ('ALTER OPERATOR < (cents, cents) OWNER TO regress_kinds_owner',
     'ALTER OPERATOR < (cents, cents) OWNER TO CURRENT_USER'),
    ('ALTER OPERATOR FAMILY money_like USING btree DROP OPERATOR 3 (cents, bigint)',
     'ALTER OPERATOR FAMILY money_like USING btree ADD OPERATOR 3 = (cents, bigint)'),
    ('ALTER OPERATOR FAMILY money_like USING btree DROP FUNCTION 1 (cents, bigint)',
     'ALTER OPERATOR FAMILY money_like USING btree ADD FUNCTION 1 (cents, bigint) compare(cents, bigint)'),
    ('ALTER OPERATOR FAMILY money_like USING btree ADD FUNCTION 4 (cents, cents) btequalimage(oid)',
     'ALTER OPERATOR FAMILY money_like USING btree DROP FUNCTION 4 (cents, cents)'),
    ('ALTER OPERATOR FAMILY money_like USING btree OWNER TO regress_kinds_owner',
     'ALTER OPERATOR FAMILY money_like USING btree OWNER TO CURRENT_USER'),
    ('ALTER OPERATOR CLASS near_ops USING gist OWNER TO regress_kinds_owner',
     'ALTER OPERATOR CLASS near_ops USING gist OWNER TO CURRENT_USER'),
    ('DROP AGGREGATE lowest(cents); CREATE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents)',
     'DROP AGGREGATE lowest(cents); CREATE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <)'),
    ('CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <, PARALLEL = RESTRICTED)',
     'CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <)'),
    ('CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <, MSFUNC = lesser,
     MINVFUNC = lesser, MSTYPE = cents, MSSPACE = 9, MINITCOND = ''1'')',
     'CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <)'),
    ('CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <, INITCOND = ''7'')',
     'CREATE OR REPLACE AGGREGATE lowest(cents) (SFUNC = lesser, STYPE = cents, SORTOP = <)'),
    ('REVOKE EXECUTE ON FUNCTION total(bigint) FROM PUBLIC', 'GRANT EXECUTE ON FUNCTION total(bigint) TO PUBLIC'),
    ('COMMENT ON CAST (cents AS text) IS NULL', 'COMMENT ON CAST (cents AS text) IS ''as written'''),
    ('DROP CAST (cents AS bigint); CREATE CAST (cents AS bigint) WITHOUT FUNCTION AS ASSIGNMENT',
     'DROP CAST (cents AS bigint); CREATE CAST (cents AS bigint) WITHOUT FUNCTION AS IMPLICIT'),
    ('DROP CAST (cents AS bigint); CREATE CAST (cents AS bigint) WITH INOUT AS IMPLICIT',
     'DROP CAST (cents AS bigint); CREATE CAST (cents AS bigint) WITHOUT FUNCTION AS IMPLICIT'),
    ('DROP COLLATION plain; CREATE COLLATION plain (LC_COLLATE = ''C'', LC_CTYPE = ''POSIX'')',
     'DROP COLLATION plain; CREATE COLLATION plain (LOCALE = ''C'')'),
    ('DROP COLLATION folded; CREATE COLLATION folded (PROVIDER = icu, LOCALE = ''en-u-ks-level2'')',
     'DROP COLLATION folded; CREATE COLLATION folded (PROVIDER = icu, LOCALE = ''en-u-ks-level2'',
     DETERMINISTIC = false)'),
    ('DROP CONVERSION latin; CREATE CONVERSION latin FOR ''LATIN1'' TO ''UTF8'' FROM iso8859_1_to_utf8',
     'DROP CONVERSION latin; CREATE DEFAULT CONVERSION latin FOR ''LATIN1'' TO ''UTF8'' FROM iso8859_1_to_utf8'),
    ('ALTER TEXT SEARCH DICTIONARY lower (STOPWORDS)', 'ALTER TEXT SEARCH DICTIONARY lower (STOPWORDS = english)'),
    ('ALTER TEXT SEARCH DICTIONARY lower (ACCEPT = true)', 'ALTER TEXT SEARCH DICTIONARY lower (ACCEPT = false)'),
    ('ALTER TEXT SEARCH CONFIGURATION search ALTER MAPPING FOR word WITH english_stem, lower',
     'ALTER TEXT SEARCH CONFIGURATION search ALTER MAPPING FOR word WITH lower, english_stem'),
    ('ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR email WITH lower',
     'ALTER TEXT SEARCH CONFIGURATION search DROP MAPPING FOR email'),
    ('ALTER TEXT SEARCH CONFIGURATION search OWNER TO regress_kinds_owner',
     'ALTER TEXT SEARCH CONFIGURATION search OWNER TO CURRENT_USER'),
    ('REVOKE USAGE ON LANGUAGE trusted FROM regress_kinds_owner',
     'GRANT USAGE ON LANGUAGE trusted TO regress_kinds_owner'),
    ('CREATE OR REPLACE TRUSTED LANGUAGE trusted HANDLER handle VALIDATOR validate',
     'CREATE OR REPLACE TRUSTED LANGUAGE trusted HANDLER handle'),
    ('CREATE OR REPLACE TRANSFORM FOR cents LANGUAGE plain (FROM SQL WITH FUNCTION from_cents(internal))',
     'CREATE OR REPLACE TRANSFORM FOR cents LANGUAGE plain
     (FROM SQL WITH FUNCTION from_cents(internal), TO SQL WITH FUNCTION into_cents(internal))'),
    ('ALTER FUNCTION distance SET work_mem = 64; ALTER FUNCTION distance SET DateStyle = ISO',
     'ALTER FUNCTION distance RESET ALL')
) AS tried (change, reverse), LATERAL try_change(change, reverse);

-- The ledger follows, also to what a command changes beside the objects that it names.
CREATE OPERATOR <<< (FUNCTION = less, LEFTARG = cents, RIGHTARG = cents, COMMUTATOR = >>>);
CREATE OPERATOR >>> (FUNCTION = greater, LEFTARG = cents, RIGHTARG = cents, NEGATOR = <<<);
DROP OPERATOR >>> (cents, cents);
ALTER FUNCTION compare(cents, cents) RENAME TO compare_two;
ALTER FUNCTION compare(cents, bigint) RENAME TO compare_mixed;
ALTER TEXT SEARCH DICTIONARY lower RENAME TO small;
REVOKE USAGE ON LANGUAGE trusted FROM PUBLIC;
SELECT kind, identity, change FROM schemaver.diff('head', 'live');

SET client_min_messages = warning;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver, app CASCADE;
DROP ACCESS METHOD tree, pile;
DROP ROLE regress_kinds_owner;
