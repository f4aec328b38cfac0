// Indexes, and the constraints that they enforce. Those of a partitioned table are made of it ONLY, those of
// the partitions by themselves, and then attached: each keeps its name.
#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string index_key(const Json& key) {
    std::string text = has(key, "column") ? quote_identifier(text_of(key, "column"))
                                          : "(" + expression_of(key, "expression") + ")";
    if (has(key, "collation")) text += " COLLATE " + text_of(key, "collation");
    const std::string options = with_options(texts_of(key, "opclass_options"));
    if (has(key, "opclass")) text += " " + name_in(text_of(key, "opclass"));
    if (!options.empty()) text += " " + options.substr(options.find('('));
    if (text_of(key, "order") == "descending") text += " DESC";
    if (has(key, "nulls")) text += text_of(key, "nulls") == "first" ? " NULLS FIRST" : " NULLS LAST";
    return text;
}

// What stands behind the keys, of an index and of a constraint alike.
std::string index_ending(const Object* index, const char* tablespace_words) {
    if (index == nullptr) return "";
    const Json& structure = facet(*index, "structure");
    const Json& storage = facet(*index, "storage");
    std::string sql = with_options(texts_of(storage, "options"));
    if (has(storage, "tablespace"))
        sql += tablespace_words + quote_identifier(text_of(storage, "tablespace"));
    if (has(structure, "where")) sql += " WHERE (" + expression_of(structure, "where") + ")";
    return sql;
}

std::string include_clause(const Json& structure) {
    const std::vector<std::string> columns = texts_of(structure, "include");
    return columns.empty() ? "" : " INCLUDE " + column_list(columns);
}

void put_statistics_targets(Script& script, const Object& object) {
    for (const Json* column : objects_of(facet(object, "storage"), "columns")) {
        const Json* key = member(*column, "key");
        const Json* target = member(*column, "statistics");
        if (key == nullptr || target == nullptr) continue;
        script.add(Section::statistics, "ALTER INDEX " + object.identity + " ALTER COLUMN " +
                                            canonical(*key) + " SET STATISTICS " + canonical(*target) + ";");
    }
}

std::string create_index(const Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string table = text_of(structure, "table");
    const Json* definition = script.table(table);
    const bool partitioned = definition != nullptr && has(*member(*definition, "structure"), "partition_by");
    const std::vector<std::string> name = identifier_parts(object.identity);
    std::vector<std::string> keys;
    for (const Json* key : objects_of(structure, "keys")) keys.push_back(index_key(*key));
    std::string sql = std::string("CREATE ") + (is_true(structure, "unique") ? "UNIQUE " : "") + "INDEX " +
                      quote_identifier(name.empty() ? object.identity : name.back()) + " ON " +
                      (partitioned ? "ONLY " : "") + table + " USING " +
                      quote_identifier(text_of(structure, "method")) + " (" + joined(keys, ", ") + ")" +
                      include_clause(structure);
    if (is_true(structure, "nulls_not_distinct")) sql += " NULLS NOT DISTINCT";
    return sql + index_ending(&object, " TABLESPACE ") + ";";
}

}  // namespace

std::string key_constraint(const Json& constraint, const Object* index) {
    static const Json* const none = new Json(Json::object());
    const Json& structure = index == nullptr ? *none : facet(*index, "structure");
    const std::string type = text_of(constraint, "type");
    std::string sql;
    if (type == "exclusion") {
        const std::vector<std::string> operators = texts_of(constraint, "operators");
        std::vector<std::string> keys;
        for (const Json* key : objects_of(structure, "keys")) {
            std::string text = index_key(*key);
            if (keys.size() < operators.size()) text += " WITH " + operator_reference(operators[keys.size()]);
            keys.push_back(std::move(text));
        }
        sql = "EXCLUDE USING " + quote_identifier(text_of(structure, "method")) + " (" + joined(keys, ", ") +
              ")";
    } else {
        // The constraint's columns hold those that are only included, too.
        std::vector<std::string> columns;
        for (const Json* key : objects_of(structure, "keys")) columns.push_back(text_of(*key, "column"));
        if (columns.empty()) columns = texts_of(constraint, "columns");
        sql = type == "primary key" ? "PRIMARY KEY " : "UNIQUE ";
        if (is_true(structure, "nulls_not_distinct")) sql += "NULLS NOT DISTINCT ";
        sql += column_list(columns);
        if (is_true(constraint, "without_overlaps")) sql.insert(sql.size() - 1, " WITHOUT OVERLAPS");
    }
    sql += include_clause(structure) + index_ending(index, " USING INDEX TABLESPACE ");
    if (is_true(constraint, "deferrable")) sql += " DEFERRABLE";
    if (is_true(constraint, "initially_deferred")) sql += " INITIALLY DEFERRED";
    return sql;
}

void put_index(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string table = text_of(structure, "table");
    const Json& comment = facet(object, "comment");
    const bool of_constraint = has(structure, "constraint");
    const bool invalid = is_true(structure, "invalid");
    // Half an index that CREATE INDEX CONCURRENTLY left behind; a partitioned one only waits for its parts.
    const Json* definition = script.table(table);
    const bool partitioned = definition != nullptr && has(*member(*definition, "structure"), "partition_by");
    if (invalid && !partitioned) {
        script.add(Section::indexes, remark("left out, as it is invalid: index " + object.identity));
        return;
    }
    if (!of_constraint) {
        std::string sql = create_index(script, object);
        if (is_true(structure, "unique")) {
            script.define({.rank = Rank::key,
                           .sql = sql,
                           .needs = sql,
                           .provides = {"keys of " + table},
                           .after = {"partitions of " + table}});
        } else {
            script.add(Section::indexes, std::move(sql));
        }
    }
    if (has(comment, "text"))
        script.add(Section::statistics, comment_statement(target_of(object), text_of(comment, "text")));
    for (std::string& statement : extension_statements(object))
        script.add(Section::statistics, std::move(statement));
    put_statistics_targets(script, object);
    if (has(structure, "partition_of"))
        script.add(Section::index_partitions, "ALTER INDEX " + text_of(structure, "partition_of") +
                                                  " ATTACH PARTITION " + object.identity + ";");
    if (is_true(structure, "clustered")) {
        const std::vector<std::string> name = identifier_parts(object.identity);
        script.add(Section::table_properties,
                   "ALTER TABLE " + table + " CLUSTER ON " +
                       quote_identifier(name.empty() ? object.identity : name.back()) + ";");
    }
}

}  // namespace schemaver::core::script
