// GRANT and REVOKE, default privileges, security labels, and comments of what comes late.
//
// Privileges are written as the whole list: what the object would have by itself is revoked, and each grant
// is made by its grantor, in an order in which everybody has the right to give before giving.
#include <algorithm>
#include <set>

#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string role_reference(const std::string& role) {
    return role == "PUBLIC" ? role : quote_identifier(role);
}

std::string privilege_list(const Json& grant, std::string_view key, const std::string& columns) {
    std::vector<std::string> words = texts_of(grant, key);
    if (!columns.empty())
        for (std::string& word : words) word += " " + columns;
    return joined(words, ", ");
}

// GRANT, and once more WITH GRANT OPTION for what the grantee may give on.
std::vector<std::string> grant_statements(const Json& grant, const std::string& on,
                                          const std::string& columns) {
    const std::string to = " ON " + on + " TO " + role_reference(text_of(grant, "grantee"));
    std::vector<std::string> list;
    if (has(grant, "privileges"))
        list.push_back("GRANT " + privilege_list(grant, "privileges", columns) + to + ";");
    if (has(grant, "grantable"))
        list.push_back("GRANT " + privilege_list(grant, "grantable", columns) + to + " WITH GRANT OPTION;");
    return list;
}

// By the grantor, unless that is the owner, for whom a superuser's grants count.
void put_grants(Script& script, Section section, const std::vector<const Json*>& grants,
                const std::string& owner, const std::string& on, const std::string& columns = {}) {
    std::vector<const Json*> left = grants;
    std::set<std::string> may_give = {owner};
    const auto put = [&](const Json& grant) {
        const std::string grantor = text_of(grant, "grantor");
        const bool other = !owner.empty() && grantor != owner;
        if (other) script.add(section, "SET SESSION AUTHORIZATION " + quote_identifier(grantor) + ";");
        for (std::string& statement : grant_statements(grant, on, columns))
            script.add(section, std::move(statement));
        if (other) script.add(section, "RESET SESSION AUTHORIZATION;");
        if (has(grant, "grantable")) may_give.insert(text_of(grant, "grantee"));
    };
    while (!left.empty()) {
        auto next = std::find_if(left.begin(), left.end(), [&](const Json* grant) {
            return may_give.contains(text_of(*grant, "grantor"));
        });
        if (next == left.end()) next = left.begin();
        put(**next);
        left.erase(next);
    }
}

// Functions, types and languages are everybody's to use by default; the owner's own are in every list.
void put_object_grants(Script& script, const Object& object, const std::string& on) {
    const Json& security = facet(object, "security");
    const std::string owner = text_of(security, "owner");
    const Section section = object.kind == "schema" ? Section::schema_privileges : Section::privileges;
    const bool is_public = object.kind == "schema" && object.identity == "public";
    if (has(security, "privileges") || is_public) {
        script.add(section, "REVOKE ALL ON " + on + " FROM PUBLIC;");
        script.add(section, "REVOKE ALL ON " + on + " FROM " + role_reference(owner) + ";");
        if (!has(security, "privileges"))
            script.add(section, "GRANT ALL ON " + on + " TO " + role_reference(owner) + ";");
    }
    put_grants(script, section, objects_of(security, "privileges"), owner, on);
    for (const Json* column : objects_of(security, "columns"))
        put_grants(script, section, objects_of(*column, "privileges"), owner, on,
                   column_list({text_of(*column, "name")}));
}

std::string label_statement(const Json& label, const std::string& target) {
    return "SECURITY LABEL FOR " + quote_identifier(text_of(label, "provider")) + " ON " + target + " IS " +
           quote_literal(text_of(label, "label")) + ";";
}

// What GRANT calls it: relations are all TABLE, routines FUNCTION or PROCEDURE.
std::string grant_target(const Object& object) {
    static const std::vector<std::string> relations = {"table", "foreign table", "view", "materialized view"};
    if (contains(relations, object.kind)) return "TABLE " + object.identity;
    if (object.kind == "aggregate") return "FUNCTION " + object.identity;
    if (object.kind == "server") return "FOREIGN SERVER " + object.identity;
    if (object.kind == "type") return "TYPE " + object.identity;
    return target_of(object);
}

void put_labels(Script& script, const Object& object, const std::string& target,
                const std::string& identity) {
    const Json& security = facet(object, "security");
    for (const Json* label : objects_of(security, "labels"))
        script.add(Section::privileges, label_statement(*label, target));
    for (const Json* label : objects_of(security, "column_labels"))
        script.add(
            Section::privileges,
            label_statement(*label, "COLUMN " + identity + "." + quote_identifier(text_of(*label, "name"))));
}

}  // namespace

void put_privileges(Script& script, const Object& object) {
    put_object_grants(script, object, grant_target(object));
    put_labels(script, object, target_of(object), object.identity);
    const bool of_domain = object.kind == "type";
    for (const Json* constraint : objects_of(facet(object, "comment"), "constraints"))
        script.add(Section::comments,
                   comment_statement("CONSTRAINT " + quote_identifier(text_of(*constraint, "name")) + " ON " +
                                         (of_domain ? "DOMAIN " : "") + object.identity,
                                     text_of(*constraint, "text")));
}

void put_default_privileges(Script& script, const Object& object) {
    const Json& security = facet(object, "security");
    const std::string role = text_of(security, "role");
    std::string on = text_of(security, "on");
    for (char& c : on) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    std::string alter = "ALTER DEFAULT PRIVILEGES FOR ROLE " + quote_identifier(role);
    const bool in_schema = has(security, "schema");
    if (in_schema) alter += " IN SCHEMA " + quote_identifier(text_of(security, "schema"));
    const auto add = [&](const std::string& statement) {
        script.add(Section::default_privileges, alter + " " + statement);
    };
    // With a schema the list is what comes in addition.
    if (!in_schema) {
        add("REVOKE ALL ON " + on + " FROM PUBLIC;");
        add("REVOKE ALL ON " + on + " FROM " + quote_identifier(role) + ";");
    }
    for (const Json* grant : objects_of(security, "privileges"))
        for (const std::string& statement : grant_statements(*grant, on, "")) add(statement);
}

void put_changed_privileges(Script& script, const Object& object) {
    // "function pg_catalog.pg_ls_dir(pg_catalog.text)"
    static const std::vector<std::string> kinds = {"foreign-data wrapper",
                                                   "materialized view",
                                                   "foreign table",
                                                   "aggregate",
                                                   "procedure",
                                                   "function",
                                                   "sequence",
                                                   "language",
                                                   "schema",
                                                   "server",
                                                   "table",
                                                   "view",
                                                   "type"};
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const std::string& word) {
        return object.identity.starts_with(word + " ");
    });
    if (kind == kinds.end()) return;
    const Object on{*kind, object.identity.substr(kind->size() + 1), "", object.definition};
    const std::string target = grant_target(on);
    const auto change = [&](const Json& holder, const std::string& columns) {
        for (const Json* grant : objects_of(holder, "initially"))
            script.add(Section::privileges, "REVOKE " + privilege_list(*grant, "privileges", columns) +
                                                " ON " + target + " FROM " +
                                                role_reference(text_of(*grant, "grantee")) + ";");
        put_grants(script, Section::privileges, objects_of(holder, "privileges"), "", target, columns);
    };
    const Json& security = facet(object, "security");
    change(security, "");
    for (const Json* column : objects_of(security, "columns"))
        change(*column, column_list({text_of(*column, "name")}));
    put_labels(script, object, on.kind == "aggregate" ? target : target_of(on), on.identity);
}

}  // namespace schemaver::core::script
