// Which type takes the values of which other: the whole table, row by row.
#include "core/restore_types.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace schemaver::core {

void PrintTo(const Fit& fit, std::ostream* out) {
    *out << (fit == Fit::same      ? "same"
             : fit == Fit::widens  ? "widens"
             : fit == Fit::changes ? "changes"
                                   : "narrows");
}

namespace {

Object type(const char* identity, const Json& structure) {
    return {"type", identity, "public", {{"structure", structure}}};
}

Schema user_types() {
    Schema schema = {
        type("public.mood", {{"type", "enum"}, {"labels", {"sad", "ok"}}}),
        type("public.mood_wide", {{"type", "enum"}, {"labels", {"happy", "ok", "sad"}}}),
        type("public.email", {{"type", "domain"}, {"base", "text"}}),
        type("public.short", {{"type", "domain"}, {"base", "character varying(10)"}}),
        type("public.positive", {{"type", "domain"},
                                 {"base", "integer"},
                                 {"constraints", {{{"name", "c"}, {"expression", {{"sql", "VALUE > 0"}}}}}}}),
        type("public.nested", {{"type", "domain"}, {"base", "public.email"}}),
        type("public.tags", {{"type", "domain"}, {"base", "text[]"}}),
        type("public.ring", {{"type", "domain"}, {"base", "public.ring"}}),
        type("public.array_ring", {{"type", "domain"}, {"base", "public.array_ring[]"}}),
        type("public.pair", {{"type", "composite"}, {"columns", {{{"name", "a"}, {"type", "integer"}}}}}),
    };
    sort(schema);
    return schema;
}

struct Case {
    const char* from;
    const char* to;
    Fit fit;
};

constexpr Fit S = Fit::same;
constexpr Fit W = Fit::widens;
constexpr Fit C = Fit::changes;
constexpr Fit N = Fit::narrows;

void expect_all(const std::vector<Case>& cases) {
    const Schema schema = user_types();
    for (const Case& one : cases) {
        const TypeFit result = fit_of(one.from, schema, one.to, schema);
        EXPECT_EQ(result.fit, one.fit) << one.from << " -> " << one.to;
        EXPECT_EQ(result.why.empty(), one.fit == Fit::same) << one.from << " -> " << one.to;
    }
}

TEST(TypeFit, Numbers) {
    expect_all({
        {"integer", "integer", S},
        {"smallint", "integer", W},
        {"smallint", "bigint", W},
        {"integer", "bigint", W},
        {"bigint", "integer", N},
        {"integer", "smallint", N},
        {"bigint", "numeric", W},
        {"integer", "numeric(10,0)", W},
        {"integer", "numeric(9,0)", N},
        {"integer", "numeric(12,2)", W},
        {"integer", "numeric(11,2)", N},
        {"smallint", "numeric(5,0)", W},
        {"smallint", "numeric(4,0)", N},
        {"smallint", "real", W},
        {"integer", "real", N},
        {"integer", "double precision", W},
        {"bigint", "double precision", N},
        {"real", "double precision", W},
        {"double precision", "real", N},
        {"real", "numeric", W},
        {"double precision", "numeric", W},
        {"double precision", "numeric(20,5)", N},
        {"real", "integer", N},
        {"numeric", "integer", N},
        {"numeric", "double precision", N},
        {"numeric(15,2)", "double precision", W},
        {"numeric(16,2)", "double precision", N},
        {"numeric(6,2)", "real", W},
        {"numeric(9,0)", "integer", N},
        {"numeric(10,0)", "integer", N},
        {"numeric(4,0)", "smallint", N},
        {"numeric(18,0)", "bigint", N},
        {"numeric(19,0)", "bigint", N},
        {"numeric(4,1)", "integer", N},
        {"numeric(10,2)", "numeric", W},
        {"numeric", "numeric(10,2)", N},
        {"numeric(10,2)", "numeric(12,4)", W},
        {"numeric(10,2)", "numeric(12,2)", W},
        {"numeric(10,2)", "numeric(12,5)", N},
        {"numeric(10,2)", "numeric(10,1)", N},
        {"numeric(10,2)", "numeric(9,2)", N},
        {"numeric(3,-2)", "numeric(5,0)", W},
        {"numeric(3,-2)", "numeric(4,0)", N},
        {"numeric(3,-2)", "integer", N},  // NaN
        {"oid", "bigint", W},
        {"money", "numeric", N},
        {"numeric", "money", N},
        {"boolean", "integer", N},
        {"integer", "boolean", N},
    });
}

TEST(TypeFit, Strings) {
    expect_all({
        {"character varying(20)", "character varying(20)", S},
        {"character varying(20)", "character varying(30)", W},
        {"character varying(20)", "character varying", W},
        {"character varying(20)", "text", W},
        {"character varying(30)", "character varying(20)", N},
        {"character varying", "character varying(20)", N},
        {"character varying", "text", W},
        {"text", "character varying", W},
        {"text", "character varying(20)", N},
        {"character(5)", "character(8)", W},
        {"character(8)", "character(5)", N},
        {"character(8)", "text", C},
        {"character(8)", "character varying(8)", C},
        {"character(8)", "character varying(7)", N},
        {"character varying(8)", "character(8)", N},
        {"character(8)", "bpchar", W},
        {"text", "bpchar", N},
        {"text", "public.citext", C},
        {"public.citext", "text", C},
        {"public.citext", "character varying(5)", N},
        {"name", "text", W},
        {"name", "character varying(63)", W},
        {"name", "character varying(62)", N},
        {"text", "name", N},
        {"character varying(15)", "name", W},
        {"character varying(16)", "name", N},  // 64 bytes
        {"name", "name", S},
        {"text", "uuid", N},
        {"text", "integer", N},
        {"text", "bytea", N},
    });
}

TEST(TypeFit, AnythingCanBeKeptAsText) {
    expect_all({
        {"integer", "text", C},
        {"smallint", "character varying(6)", C},
        {"smallint", "character varying(5)", N},
        {"integer", "character varying(11)", C},
        {"integer", "character varying(10)", N},
        {"bigint", "character varying(20)", C},
        {"bigint", "character varying(19)", N},
        {"boolean", "character(1)", C},
        {"uuid", "character varying(36)", C},
        {"uuid", "character varying(35)", N},
        {"numeric(5,2)", "character varying(10)", C},
        {"numeric(5,2)", "character varying(9)", N},
        {"numeric", "character varying(100)", N},
        {"jsonb", "text", C},
        {"integer[]", "text", C},
        {"bytea", "text", C},
        {"public.geometry(Point,4326)", "text", C},
        {"public.mood", "text", C},
        {"public.mood", "character varying(3)", C},
        {"public.mood", "character varying(2)", N},
        {"public.pair", "text", C},
    });
}

TEST(TypeFit, Times) {
    expect_all({
        {"timestamp without time zone", "timestamp with time zone", C},
        {"timestamp with time zone", "timestamp without time zone", N},
        {"timestamp(3) without time zone", "timestamp without time zone", W},
        {"timestamp without time zone", "timestamp(6) without time zone", W},
        {"timestamp without time zone", "timestamp(3) without time zone", N},
        {"timestamp(3) with time zone", "timestamp(6) with time zone", W},
        {"timestamp(3) with time zone", "timestamp(0) with time zone", N},
        {"timestamp without time zone", "timestamp(3) with time zone", N},
        {"timestamp(3) without time zone", "timestamp(3) with time zone", C},
        {"date", "timestamp without time zone", W},
        {"date", "timestamp(0) without time zone", W},
        {"date", "timestamp with time zone", C},
        {"timestamp without time zone", "date", N},
        {"timestamp with time zone", "date", N},
        {"time without time zone", "time with time zone", C},
        {"time with time zone", "time without time zone", N},
        {"time(0) without time zone", "time(3) without time zone", W},
        {"time without time zone", "interval", C},
        {"interval", "interval(3)", N},
        {"interval(3)", "interval", W},
        {"interval day to second", "interval", W},
        {"interval", "interval day to second", N},
        {"date", "integer", N},
    });
}

TEST(TypeFit, BitsAndPairs) {
    expect_all({
        {"bit(3)", "bit(4)", N},
        {"bit(3)", "bit varying(3)", W},
        {"bit(3)", "bit varying(2)", N},
        {"bit(3)", "bit varying", W},
        {"bit varying(3)", "bit varying(5)", W},
        {"bit varying(5)", "bit varying(3)", N},
        {"bit varying", "bit varying(3)", N},
        {"bit varying(3)", "bit varying", W},
        {"bit varying(3)", "bit(3)", N},
        {"json", "jsonb", N},
        {"jsonb", "json", W},
        {"text", "jsonb", N},
        {"cidr", "inet", W},
        {"inet", "cidr", N},
        {"macaddr", "macaddr8", C},
        {"macaddr8", "macaddr", N},
        {"int4range", "int8range", W},
        {"int8range", "int4range", N},
        {"int8range", "numrange", W},
        {"daterange", "tsrange", W},
        {"tsrange", "daterange", N},
        {"public.geometry(Point,4326)", "public.geometry(Polygon,4326)", N},
        {"public.\"Odd(3)\"", "integer", N},
    });
}

TEST(TypeFit, Arrays) {
    expect_all({
        {"integer[]", "bigint[]", W},
        {"bigint[]", "integer[]", N},
        {"character varying(5)[]", "text[]", W},
        {"integer", "integer[]", N},
        {"text", "text[]", N},
        {"integer[]", "integer", N},
        {"public.mood[]", "text[]", C},
        {"public.mood[]", "public.mood_wide[]", W},
        {"public.tags", "text[]", W},
        {"text[]", "public.tags", W},
    });
}

TEST(TypeFit, EnumsAndDomains) {
    expect_all({
        {"public.mood", "public.mood_wide", W},
        {"public.mood_wide", "public.mood", N},
        {"text", "public.mood", N},
        {"public.email", "public.mood", N},
        {"public.email", "text", W},
        {"text", "public.email", W},
        {"public.nested", "character varying", W},
        {"text", "public.short", N},
        {"public.short", "character varying(10)", W},
        {"public.short", "character varying(9)", N},
        {"integer", "public.positive", W},
        {"bigint", "public.positive", N},
        {"public.positive", "integer", W},
        {"public.gone", "public.elsewhere", N},
    });
}

// A forged backup can hold types that no server would make.
TEST(TypeFit, RingsEnd) {
    const Schema schema = user_types();
    EXPECT_EQ(fit_of("public.ring", schema, "integer", schema).fit, Fit::narrows);
    EXPECT_EQ(fit_of("public.array_ring", schema, "integer[]", schema).fit, Fit::narrows);
    EXPECT_EQ(fit_of("public.array_ring[]", schema, "public.array_ring", schema).fit, Fit::widens);
    EXPECT_EQ(fit_of("", schema, "[]", schema).fit, Fit::narrows);
    EXPECT_EQ(fit_of("numeric()", schema, "numeric(99999999999)", schema).fit, Fit::narrows);
    EXPECT_EQ(fit_of("numeric(2147483647,-2147483648)", schema, "text", schema).fit, Fit::changes);
}

TEST(TypeFit, SaysWhy) {
    EXPECT_EQ(fit_of("text", {}, "character varying(20)", {}).why,
              "values over 20 characters would be refused");
    EXPECT_EQ(fit_of("bigint", {}, "integer", {}).why, "values that are too large would be refused");
    EXPECT_EQ(fit_of("timestamp with time zone", {}, "date", {}).why, "the time of day would be dropped");
    EXPECT_EQ(fit_of("public.mood_wide", user_types(), "public.mood", user_types()).why,
              "the label 'happy' would be refused");
}

}  // namespace
}  // namespace schemaver::core
