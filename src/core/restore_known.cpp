// What is known of the rows that a backup holds: what its constraints made sure of, and the defaults that
// they get in columns that are only here. A new CHECK that follows from that refuses none of them.
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_table_report.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr int deepest_chain = 32;  // a forged backup could hold a ring

bool is_kept(const Json& constraint) {
    return !is_true(constraint, "not_valid") && !is_true(constraint, "not_enforced");
}

// The checks of a domain, and of the domain that it is over.
template <typename Visit>
void each_domain(const Schema& schema, std::string type, Visit visit) {
    for (int i = 0; i < deepest_chain; ++i) {
        const Json* domain = structure_of_type(schema, type);
        if (domain == nullptr || text_of(*domain, "type") != "domain") return;
        visit(type, *domain);
        type = text_of(*domain, "base");
    }
}

void put_domain(KnownOfRows& known, const Schema& schema, const std::string& type,
                const std::string& column) {
    each_domain(schema, type, [&](const std::string&, const Json& domain) {
        if (is_true(domain, "not_null")) known.add_not_null(column);
        for (const Json* constraint : objects_of(domain, "constraints"))
            if (is_kept(*constraint))
                known.add(with_column_for_value(expression_of(*constraint, "expression"), column));
    });
}

std::string default_of(const Schema& schema, const Json& column) {
    std::string text = expression_of(column, "default");
    each_domain(schema, text_of(column, "type"), [&](const std::string&, const Json& domain) {
        if (text.empty()) text = expression_of(domain, "default");
    });
    return text;
}

}  // namespace

bool fills_with_distinct_values(const Json& column) {
    const std::string text = expression_of(column, "default");
    return has(column, "identity") || text.starts_with("nextval(") || text.find("gen_random_uuid()") == 0 ||
           text.starts_with("uuid_generate_v") || text.starts_with("uuidv");
}

void TableReport::put_columns(KnownOfRows& known) const {
    const Schema& schema = *context.backup.objects;
    for (const Json* column : objects_of(structure_of(backup), "columns")) {
        const std::string name = quote_identifier(text_of(*column, "name"));
        const std::string type = text_of(*column, "type");
        if (is_true(*column, "not_null") && !is_true(*column, "not_null_not_valid")) known.add_not_null(name);
        if (const auto limit = limit_of_string(type, schema)) known.add_length(name, *limit);
        put_domain(known, schema, type, name);
    }
}

void TableReport::put_extra_columns(KnownOfRows& known) const {
    for (const Json* column : objects_of(structure_of(target), "columns")) {
        if (named(structure_of(backup), "columns", text_of(*column, "name")) != nullptr) continue;
        if (has(*column, "identity") || has(*column, "generated")) continue;
        const std::string name = quote_identifier(text_of(*column, "name"));
        const std::string text = default_of(*context.target.objects, *column);
        if (text.empty() || text.starts_with("NULL")) {
            known.add_always_null(name);
        } else if (constant_in(text)) {
            known.add_not_null(name);
            known.add(name + " = " + text);
        }
    }
}

KnownOfRows TableReport::known_of_rows() const {
    KnownOfRows known;
    put_columns(known);
    for (const Json* constraint : objects_of(structure_of(backup), "constraints"))
        if (text_of(*constraint, "type") == "check" && is_kept(*constraint))
            known.add(expression_of(*constraint, "expression"));
    put_extra_columns(known);
    return known;
}

void check_domain_constraints(RuleContext& context, const std::string& from, const std::string& to,
                              const KnownOfRows* known, const std::string& column) {
    const Schema& there = *context.backup.objects;
    KnownOfRows of_type;
    bool is_prepared = false;
    each_domain(*context.target.objects, element_type(to), [&](const std::string& name, const Json& domain) {
        for (const Json* constraint : objects_of(domain, "constraints")) {
            const std::string condition = expression_of(*constraint, "expression");
            if (is_true(*constraint, "not_enforced")) continue;
            if (!is_prepared) put_domain(of_type, there, element_type(from), "VALUE");
            is_prepared = true;
            bool is_met = of_type.imply(condition) ||
                          (known != nullptr && known->imply(with_column_for_value(condition, column)));
            each_domain(there, element_type(from), [&](const std::string&, const Json& old) {
                for (const Json* one : objects_of(old, "constraints"))
                    is_met = is_met || (is_kept(*one) && same_expression(expression_of(*one, "expression"),
                                                                         condition, context.normalise));
            });
            const std::string identity = quote_identifier(text_of(*constraint, "name")) + " on " + name;
            if (is_met || !context.reported_domain_constraints.insert(identity).second) continue;
            context.error("domain constraint", "domain constraint", identity,
                          "check " + condition + " is new here: values that do not meet it would be refused.",
                          "");
        }
    });
}

}  // namespace schemaver::core
