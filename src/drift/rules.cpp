// Reads schemaver.ignore_rule.
#include "drift/rules.hpp"

#include "pg/table.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::drift {

namespace {

// In the order of src/schema.sql.
enum RuleColumn : AttrNumber { rule_facet = 1, rule_kind, rule_schema, rule_identity, rule_partitions_of };

}  // namespace

std::vector<core::IgnoreRule> read_rules() {
    std::vector<core::IgnoreRule> rules;
    pg::scan(pg::our_relation("ignore_rule"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        rules.push_back({row.optional_text(rule_facet), row.optional_text(rule_kind),
                         row.optional_text(rule_schema), row.optional_text(rule_identity),
                         row.optional_text(rule_partitions_of)});
    });
    return rules;
}

bool is_like(const std::string& text, const std::string& pattern) {
    const Datum one = pg::text_datum(text);
    const Datum other = pg::text_datum(pattern);
    return pg::call(
        [=] { return DatumGetBool(DirectFunctionCall2Coll(textlike, C_COLLATION_OID, one, other)); });
}

}  // namespace schemaver::drift
