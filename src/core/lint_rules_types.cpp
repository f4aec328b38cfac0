// Rules about types: changes of them, and choices that are regretted later.
#include <algorithm>
#include <array>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

struct TypeWords {
    std::string_view name;
    std::string_view words;
};
constexpr std::array<TypeWords, 14> type_words = {{{"int2", "smallint"},
                                                   {"int4", "integer"},
                                                   {"int8", "bigint"},
                                                   {"float4", "real"},
                                                   {"float8", "double precision"},
                                                   {"bool", "boolean"},
                                                   {"bpchar", "character"},
                                                   {"varchar", "character varying"},
                                                   {"varbit", "bit varying"},
                                                   {"timestamptz", "timestamp with time zone"},
                                                   {"timestamp", "timestamp without time zone"},
                                                   {"timetz", "time with time zone"},
                                                   {"time", "time without time zone"},
                                                   {"serial4", "serial"}}};

bool is_name_in(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The digits of a second that times have without a modifier.
constexpr std::int64_t most_digits = 6;

// Without a modifier anything fits; with one, what fitted before.
bool is_no_narrower(const LintType& from, const LintType& to) {
    if (to.modifiers.empty()) return true;
    if (to.name.name.starts_with("time") && to.modifiers.front() >= most_digits) return true;
    return !from.modifiers.empty() && from.modifiers.front() <= to.modifiers.front();
}

bool is_no_narrower_numeric(const LintType& from, const LintType& to) {
    if (to.modifiers.empty()) return true;
    if (from.modifiers.empty()) return false;
    const auto scale = [](const LintType& type) { return type.modifiers.size() > 1 ? type.modifiers[1] : 0; };
    return scale(from) == scale(to) && from.modifiers.front() <= to.modifiers.front();
}

LintTypeChange change_within(const std::string& name, const LintType& from, const LintType& to) {
    if (from.modifiers == to.modifiers) return LintTypeChange::free;
    bool is_free = false;
    if (name == "numeric") {
        is_free = is_no_narrower_numeric(from, to);
    } else if (is_name_in(name, {"varchar", "varbit", "timestamp", "timestamptz", "time", "timetz"})) {
        is_free = is_no_narrower(from, to);
    }
    return is_free ? LintTypeChange::free : LintTypeChange::rewrite;
}

LintTypeChange change_of_built_in(const std::string& one, const std::string& other, const LintType& from,
                                  const LintType& to, const LintWorld& world) {
    if (one == other) return change_within(one, from, to);
    if (one == "varchar" && other == "text") return LintTypeChange::free;
    if (one == "text" && other == "varchar")
        return to.modifiers.empty() ? LintTypeChange::free : LintTypeChange::rewrite;
    const bool are_timestamps =
        (one == "timestamp" && other == "timestamptz") || (one == "timestamptz" && other == "timestamp");
    if (are_timestamps) {
        return world.facts().is_utc && is_no_narrower(from, to) ? LintTypeChange::indexes
                                                                : LintTypeChange::rewrite;
    }
    return LintTypeChange::rewrite;
}

void rebuilding_indexes(const LintTable& table, const LintColumn& column, const LintAction& action,
                        LintReport& report) {
    std::vector<std::string> indexes;
    for (const LintIndex& index : table.indexes)
        if (contains(index.columns, column.name)) indexes.push_back(quote_identifier(index.name));
    if (indexes.empty()) return;
    report.add(
        {.why = fmt::format("{} would not be written anew, but {} would, while nobody can read or write "
                            "the table",
                            identity_of(table), in_a_sentence(indexes)),
         .instead = fmt::format("-- drop the index before and create it CONCURRENTLY afterwards, or go "
                                "by a new column beside {}",
                                quote_identifier(column.name)),
         .table = &table,
         .offset = action.offset});
}

void rewriting_for_type(const LintTable& table, const LintColumn& column, const LintAction& action,
                        LintReport& report) {
    const std::string name = quote_identifier(column.name);
    const std::string added = quote_identifier(column.name + "_new");
    report.add(
        {.why =
             fmt::format("from {} to {} every row of {} and its indexes are written anew, while nobody "
                         "can read or write it",
                         type_in_words(column.type), type_in_words(action.column.type), identity_of(table)),
         .instead = fmt::format("ALTER TABLE {0} ADD COLUMN {1} {2};\n-- write both from now on (trigger), "
                                "fill {1} in batches, then swap in one transaction:\nALTER TABLE {0} "
                                "RENAME COLUMN {3} TO {4};\nALTER TABLE {0} RENAME COLUMN {1} TO {3};",
                                identity_of(table), added, type_in_words(action.column.type), name,
                                quote_identifier(column.name + "_old")),
         .table = &table,
         .offset = action.offset});
}

void changing_type(const LintCase& now, LintReport& report, LintTypeChange wanted) {
    const auto tell = [&](const LintTable& table, const LintColumn& column, const LintAction& action) {
        if (lint_type_change(column, action, now.world) != wanted) return;
        (wanted == LintTypeChange::indexes ? rebuilding_indexes : rewriting_for_type)(table, column, action,
                                                                                      report);
    };
    for_each_column_action(now.stored_table(), now, LintActionKind::change_type, tell);
}

void changing_type_rewrites(const LintCase& now, LintReport& report) {
    changing_type(now, report, LintTypeChange::rewrite);
}

void changing_type_rebuilds_indexes(const LintCase& now, LintReport& report) {
    changing_type(now, report, LintTypeChange::indexes);
}

void changing_used_type(const LintCase& now, LintReport& report) {
    for_each_column_action(
        now.old_table(), now, LintActionKind::change_type,
        [&](const LintTable& table, const LintColumn&, const LintAction& action) {
            std::vector<std::string> users;
            for (const LintDependant& user : table.dependants)
                if (user.column == action.name && !now.world.is_gone(user))
                    users.push_back(user.kind + " " + user.identity);
            if (users.empty()) return;
            report.add(
                {.why = fmt::format("the server refuses to change the type of {}.{}, which {} uses",
                                    identity_of(table), quote_identifier(action.name), in_a_sentence(users)),
                 .instead = "-- drop them before and create them anew afterwards, in the same transaction; "
                            "schemaver.describe() has their definitions",
                 .table = &table,
                 .offset = action.offset});
        });
}

// A column of a type that is better not used.
void choosing(const LintCase& now, LintReport& report, std::initializer_list<std::string_view> names,
              bool (*also)(const LintAction&), std::string_view why, std::string_view instead_type) {
    for_each_new_column(now, [&](const LintAction& action) {
        if (!is_name_in(built_in_name(action.column.type, now.world), names)) return;
        if (also != nullptr && !also(action)) return;
        const LintName table = now.world.full_name(now.statement.objects.front());
        report.add({.why = fmt::format("{}: {}", quote_identifier(action.column.name), why),
                    .instead = fmt::format("{} {}", quote_identifier(action.column.name), instead_type),
                    .kind = "table",
                    .identity = identity_of(table),
                    .offset = action.offset});
    });
}

bool is_limited(const LintAction& action) { return !action.column.type.modifiers.empty(); }

bool is_key(const LintAction& action) {
    for (const LintConstraint& constraint : action.column.constraints)
        if (constraint.kind == LintConstraintKind::primary_key) return true;
    return action.column.is_identity;
}

void char_type(const LintCase& now, LintReport& report) {
    choosing(now, report, {"bpchar"}, nullptr,
             "character(n) is padded with blanks, which count on disk and not in comparisons", "text");
}

void varchar_limit(const LintCase& now, LintReport& report) {
    choosing(now, report, {"varchar"}, is_limited,
             "a limit of length is part of the type, and lowering it later rewrites the table; a CHECK can "
             "be changed "
             "without that",
             "text CHECK (length(...) <= ...)");
}

void integer_key(const LintCase& now, LintReport& report) {
    choosing(now, report, {"int4", "int2", "serial", "serial4", "smallserial", "serial2"}, is_key,
             "a key of 32 bits or fewer runs out after 2 billion rows, those that failed or were deleted "
             "included, and "
             "making it bigint then rewrites the table",
             "bigint");
    if (now.statement.kind != LintKind::create_table) return;
    for (const LintAction& key : now.statement.actions) {
        if (key.kind != LintActionKind::add_constraint ||
            key.constraint.kind != LintConstraintKind::primary_key || key.constraint.columns.size() != 1) {
            continue;
        }
        choosing(
            now, report, {"serial", "serial4", "smallserial", "serial2"},
            [](const LintAction& action) { return !is_key(action); },
            "a key of 32 bits runs out after 2 billion rows", "bigint");
    }
}

void timestamp_without_zone(const LintCase& now, LintReport& report) {
    choosing(now, report, {"timestamp"}, nullptr,
             "a timestamp without time zone means another moment for each session that writes or reads it",
             "timestamp with time zone");
}

void money_type(const LintCase& now, LintReport& report) {
    choosing(now, report, {"money"}, nullptr,
             "money has no currency, and what it reads and writes depends on lc_monetary of the session",
             "numeric(14,2)");
}

void json_type(const LintCase& now, LintReport& report) {
    choosing(
        now, report, {"json"}, nullptr,
        "json has no equality, so SELECT DISTINCT, GROUP BY and UNION of the row fail; nor can it be indexed",
        "jsonb");
}

void serial_type(const LintCase& now, LintReport& report) {
    choosing(now, report, {"serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"}, nullptr,
             "serial leaves privileges and ownership of its sequence to be looked after, and anyone can "
             "insert a number "
             "by hand",
             "bigint GENERATED ALWAYS AS IDENTITY");
}

void enum_type(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_type || now.statement.object_kind != "enum") return;
    report.add(
        {.why = "values of an enum can be added and renamed, never removed or put in another order",
         .instead =
             "-- a table of values with a foreign key to it, or text with a CHECK, where they may go again",
         .kind = "type",
         .identity = identity_of(now.world.full_name(now.statement.objects.front()))});
}

// Without its default: nothing, or the name "default" said.
bool is_same_collation(const LintName& one, const LintName& other) {
    const auto is_default = [](const LintName& name) { return name.name.empty() || name.name == "default"; };
    if (is_default(one) || is_default(other)) return is_default(one) && is_default(other);
    return one.name == other.name &&
           (one.schema == other.schema || one.schema.empty() || other.schema.empty());
}

// As casts know it.
LintName name_with_schema(const LintType& type, const LintWorld& world) {
    if (!type.name.schema.empty()) return type.name;
    return world.find_type(type.name) == nullptr ? LintName{"pg_catalog", type.name.name}
                                                 : world.full_type_name(type.name);
}

}  // namespace

std::string built_in_name(const LintType& type, const LintWorld& world) {
    if (type.is_array) return "";
    if (type.name.schema.empty() && world.find_type(type.name) != nullptr) return "";
    return type.name.schema.empty() || type.name.schema == "pg_catalog" ? type.name.name : std::string();
}

std::string type_in_words(const LintType& type) {
    std::string text;
    const bool is_plain = std::all_of(type.name.name.begin(), type.name.name.end(), [](char one) {
        return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '_';
    });
    // The server's own are words of the grammar: numeric is not "numeric".
    const bool is_built_in = is_plain && (type.name.schema.empty() || type.name.schema == "pg_catalog");
    const auto* found = std::find_if(type_words.begin(), type_words.end(),
                                     [&](const TypeWords& one) { return one.name == type.name.name; });
    if (is_built_in && found != type_words.end()) {
        text = found->words;
    } else {
        text = is_built_in ? type.name.name : identity_of(type.name);
    }
    if (!type.modifiers.empty()) {
        std::vector<std::string> modifiers;
        for (const std::int64_t modifier : type.modifiers) modifiers.push_back(std::to_string(modifier));
        const std::string list = "(" + joined(modifiers, ",") + ")";
        const std::size_t zone = text.find(" with");
        const bool is_time = is_built_in && type.name.name.starts_with("time") && zone != std::string::npos;
        text.insert(is_time ? zone : text.size(), list);
    }
    return type.is_array ? text + "[]" : text;
}

LintTypeChange lint_type_change(const LintType& from, const LintType& to, const LintWorld& world) {
    if (from.is_array || to.is_array)
        return from.is_array == to.is_array && from.name.name == to.name.name &&
                       from.modifiers == to.modifiers
                   ? LintTypeChange::free
                   : LintTypeChange::rewrite;
    const LintTypeFact* old_type = world.find_type(from.name);
    const LintTypeFact* new_type = world.find_type(to.name);
    if (old_type != nullptr && old_type == new_type) return LintTypeChange::free;
    if (old_type != nullptr && old_type->kind == 'd') return lint_type_change(old_type->base, to, world);
    if (new_type != nullptr && new_type->kind == 'd')
        return new_type->is_constrained ? LintTypeChange::rewrite
                                        : lint_type_change(from, new_type->base, world);
    const std::string one = built_in_name(from, world);
    const std::string other = built_in_name(to, world);
    const LintTypeChange change = one.empty() || other.empty()
                                      ? LintTypeChange::rewrite
                                      : change_of_built_in(one, other, from, to, world);
    const bool is_stored_alike =
        to.modifiers.empty() &&
        world.facts().binary_casts.contains({name_with_schema(from, world), name_with_schema(to, world)});
    if (change != LintTypeChange::rewrite || !is_stored_alike) return change;
    // Of these alone the operators are the same, too.
    return one == "cidr" ? LintTypeChange::free : LintTypeChange::indexes;
}

LintTypeChange lint_type_change(const LintColumn& column, const LintAction& action, const LintWorld& world) {
    if (action.has_using) return LintTypeChange::rewrite;
    const LintTypeChange change = lint_type_change(column.type, action.column.type, world);
    const bool is_sorted_alike = is_same_collation(column.collation, action.column.collation);
    return change == LintTypeChange::free && !is_sorted_alike ? LintTypeChange::indexes : change;
}

std::vector<LintRuleEntry> lint_type_rules() {
    return {
        {{"changing-type-rewrites", LintSeverity::error, true,
          "a change of type that writes the table and its indexes anew"},
         changing_type_rewrites},
        {{"changing-type-rebuilds-indexes", LintSeverity::warning, true,
          "a change of type that leaves the table as it is and builds its indexes anew"},
         changing_type_rebuilds_indexes},
        {{"changing-used-type", LintSeverity::error, false,
          "the type of a column changes that a view, rule or policy uses: the server refuses"},
         changing_used_type},
        {{"char-type", LintSeverity::warning, false, "a column of character(n)"}, char_type},
        {{"varchar-limit", LintSeverity::notice, false, "a column of character varying(n)"}, varchar_limit},
        {{"integer-key", LintSeverity::warning, false, "a primary key of 32 bits or fewer"}, integer_key},
        {{"timestamp-without-zone", LintSeverity::warning, false, "a column of timestamp without time zone"},
         timestamp_without_zone},
        {{"money-type", LintSeverity::warning, false, "a column of money"}, money_type},
        {{"json-type", LintSeverity::warning, false, "a column of json, not jsonb"}, json_type},
        {{"serial-type", LintSeverity::notice, false, "a serial column, not an identity"}, serial_type},
        {{"enum-type", LintSeverity::notice, false, "an enum is created: its values can never be removed"},
         enum_type},
    };
}

}  // namespace schemaver::core
