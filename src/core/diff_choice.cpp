// Which rows of a diff are wanted, and which say nothing that another row has not said.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "core/diff.hpp"
#include "core/error.hpp"
#include "core/nearest.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// As docs/fingerprint.md lists them.
constexpr std::array<std::string_view, 38> kinds = {"access method",
                                                    "aggregate",
                                                    "cast",
                                                    "collation",
                                                    "conversion",
                                                    "default acl",
                                                    "event trigger",
                                                    "extension",
                                                    "foreign table",
                                                    "foreign-data wrapper",
                                                    "function",
                                                    "index",
                                                    "language",
                                                    "materialized view",
                                                    "operator",
                                                    "operator class",
                                                    "operator family",
                                                    "policy",
                                                    "privileges",
                                                    "procedure",
                                                    "publication",
                                                    "publication namespace",
                                                    "publication relation",
                                                    "rule",
                                                    "schema",
                                                    "sequence",
                                                    "server",
                                                    "statistics object",
                                                    "subscription",
                                                    "table",
                                                    "text search configuration",
                                                    "text search dictionary",
                                                    "text search parser",
                                                    "text search template",
                                                    "transform",
                                                    "trigger",
                                                    "type",
                                                    "user mapping"};

bool is_kind(std::string_view word) {
    return word == "view" || std::find(kinds.begin(), kinds.end(), word) != kinds.end();
}

Error unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& words) {
    const auto meant = nearest(word, words);
    return {sqlstate::invalid_argument, fmt::format("there is no {} \"{}\"", what, word), "",
            meant.empty()
                ? "docs/fingerprint.md lists the kinds; the facets are comment, security, storage, structure."
                : fmt::format("Did you mean {}?", meant.front())};
}

std::vector<std::string> kind_words() {
    std::vector<std::string> words(kinds.begin(), kinds.end());
    words.emplace_back("view");
    return words;
}

void drop_facet(FacetSet& facets, std::string_view facet) {
    (facet == "comment"    ? facets.comment
     : facet == "security" ? facets.security
     : facet == "storage"  ? facets.storage
                           : facets.structure) = false;
}

const Json* structure_in(const Schema& schema, const std::string& kind, const std::string& identity) {
    const Object* object = find(schema, kind, identity);
    return object == nullptr ? nullptr : member(object->definition, "structure");
}

// Which rows there are, to look one up from another's point of view.
class Listed {
  public:
    explicit Listed(const std::vector<Difference>& rows) {
        for (const Difference& row : rows) {
            rows_[{row.identity, row.property}].push_back(&row);
            if (!row.former_identity.empty()) rows_[{row.former_identity, row.property}].push_back(&row);
        }
    }

    bool has(const std::string& identity, const std::string& property) const {
        return rows_.contains({identity, property});
    }

    // The object as a whole, changed in this way.
    bool has_whole(const std::string& identity, const std::string& change) const {
        const auto place = rows_.find({identity, ""});
        return place != rows_.end() &&
               std::any_of(place->second.begin(), place->second.end(),
                           [&](const Difference* row) { return row->change == change; });
    }

    // The same property, changed in the same way; whether it is inherited is the partition's own affair.
    bool has_same(const std::string& identity, const Difference& row) const {
        const auto place = rows_.find({identity, row.property});
        if (place == rows_.end()) return false;
        return std::any_of(place->second.begin(), place->second.end(), [&](const Difference* other) {
            return other->change == row.change && own(other->old_value) == own(row.old_value) &&
                   own(other->new_value) == own(row.new_value);
        });
    }

  private:
    std::map<std::pair<std::string, std::string>, std::vector<const Difference*>> rows_;

    static Json own(Json value) {
        if (value.is_object()) value.erase("inherited");
        return value;
    }
};

// "public.people.id" -> "public.people" and "columns.id"
std::pair<std::string, std::string> table_and_column(const std::string& column) {
    const auto parts = identifier_parts(column);
    if (parts.size() < 2) return {};
    const std::string name = quote_identifier(parts.back());
    if (column.size() <= name.size() + 1) return {};
    return {column.substr(0, column.size() - name.size() - 1), "columns." + name};
}

bool comes_with_constraint(const Listed& listed, const Difference& row, const Json& index) {
    const std::string constraint = text_of(index, "constraint");
    const std::string table = text_of(index, "table");
    if (constraint.empty() || table.empty() || (!row.facet.empty() && row.facet != "structure")) return false;
    return (row.property.empty() && listed.has_whole(table, row.change)) ||
           listed.has(table, "constraints." + quote_identifier(constraint));
}

bool comes_with_parent_index(const Listed& listed, const Difference& row, const Json& index) {
    const std::string parent = text_of(index, "partition_of");
    if (parent.empty()) return false;
    if (!row.property.empty()) return listed.has_same(parent, row);
    return listed.has_whole(parent, row.change) || listed.has_whole(text_of(index, "table"), row.change);
}

bool comes_with_column(const Listed& listed, const Difference& row, const Json& sequence) {
    if (!row.property.empty()) return false;
    for (const char* property : {"identity_of", "owned_by"}) {
        const auto [table, column] = table_and_column(text_of(sequence, property));
        if (table.empty()) continue;
        if (listed.has_whole(table, row.change) || listed.has(table, column)) return true;
        if (std::string_view{property} == "identity_of" && listed.has(table, column + ".identity"))
            return true;
    }
    return false;
}

bool comes_from_parent(const Listed& listed, const Difference& row, const Json& table) {
    if (row.property.empty()) return false;
    std::vector<std::string> parents = texts_of(table, "inherits");
    if (const std::string parent = text_of(table, "partition_of"); !parent.empty()) parents.push_back(parent);
    return std::any_of(parents.begin(), parents.end(),
                       [&](const std::string& parent) { return listed.has_same(parent, row); });
}

}  // namespace

bool DiffChoice::wants(const Object& object) const {
    const auto lists = [](const std::vector<std::string>& list, const std::string& word) {
        return contains(list, word);
    };
    if (!kinds.empty() && !lists(kinds, object.kind)) return false;
    if (lists(ignored_kinds, object.kind)) return false;
    // A schema itself counts as living in it.
    const std::string schema =
        object.kind == "schema" ? identifier_parts(object.identity).front() : object.schema;
    if (!schemas.empty() && !lists(schemas, schema)) return false;
    return schema.empty() || !lists(ignored_schemas, schema);
}

void check_kinds(const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (!is_kind(word)) throw unknown_word("kind of object", word, kind_words());
}

void ignore(DiffChoice& choice, const std::vector<std::string>& words) {
    constexpr std::string_view prefix = "schema:";
    for (const std::string& word : words) {
        if (word.starts_with(prefix))
            choice.ignored_schemas.push_back(word.substr(prefix.size()));
        else if (std::find(facet_names.begin(), facet_names.end(), word) != facet_names.end())
            drop_facet(choice.facets, word);
        else if (is_kind(word))
            choice.ignored_kinds.push_back(word);
        else {
            auto all = kind_words();
            all.insert(all.end(), facet_names.begin(), facet_names.end());
            throw unknown_word("facet or kind of object", word, all);
        }
    }
}

namespace {

// An object that was a partition and is none any more must be told of: so what a parent says counts only if
// it was and is the parent's. A constraint or a column says all of its index or sequence, be it then or now.
// The same decides there and back.
bool is_said_elsewhere(const Listed& listed, const Difference& row, const std::vector<const Json*>& sides) {
    const auto one = [&](auto comes_with) {
        return std::any_of(sides.begin(), sides.end(),
                           [&](const Json* side) { return comes_with(listed, row, *side); });
    };
    const auto both = [&](auto comes_with) {
        return !sides.empty() && std::all_of(sides.begin(), sides.end(), [&](const Json* side) {
            return comes_with(listed, row, *side);
        });
    };
    if (row.kind == "index") return one(comes_with_constraint) || both(comes_with_parent_index);
    if (row.kind == "sequence") return one(comes_with_column);
    return row.kind == "table" && both(comes_from_parent);
}

}  // namespace

void fold_noise(std::vector<Difference>& rows, const Schema& from, const Schema& to) {
    const Listed listed(rows);
    std::vector<bool> is_noise;
    for (const Difference& row : rows) {
        std::vector<const Json*> sides;
        const std::string& former = row.former_identity.empty() ? row.identity : row.former_identity;
        if (const Json* before = structure_in(from, row.kind, former)) sides.push_back(before);
        if (const Json* after = structure_in(to, row.kind, row.identity)) sides.push_back(after);
        is_noise.push_back(is_said_elsewhere(listed, row, sides));
    }
    std::size_t at = 0;
    std::erase_if(rows, [&](const Difference&) { return is_noise[at++]; });
}

}  // namespace schemaver::core
