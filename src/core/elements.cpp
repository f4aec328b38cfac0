// By shape, not by kind of object: a list whose elements have names is its elements, and so are labels,
// options and privileges; anything else is one property.
#include "core/elements.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "core/properties.hpp"
#include "core/summary.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

struct FacetWords {
    std::string_view facet;
    std::string_view of_part;  // in front of a column or a constraint that the facet says something of
};

constexpr std::array<FacetWords, 4> facets = {{{"structure", ""},
                                               {"storage", "storage of "},
                                               {"security", "privileges on "},
                                               {"comment", "comment on "}}};

// "replica identity" of "replica_identity"
std::string in_words_of(std::string_view property) {
    std::string words{property};
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

// "column" of "columns"
std::string in_singular(std::string_view property) {
    return in_words_of(property.ends_with('s') ? property.substr(0, property.size() - 1) : property);
}

bool all_are(const Json& list, bool (Json::*is)() const noexcept) {
    for (const Json& element : list)
        if (!(element.*is)()) return false;
    return list.is_array() && !list.empty();
}

bool all_have(const Json& list, std::string_view key) {
    if (!all_are(list, &Json::is_object)) return false;
    for (const Json& element : list)
        if (text_of(element, key).empty()) return false;
    return true;
}

bool have_names_of_their_own(const Json& list) {
    if (!all_have(list, "name")) return false;
    std::set<std::string> names;
    for (const Json& element : list) names.insert(text_of(element, "name"));
    return names.size() == list.size();
}

std::string grants_in_words(const Json& grants) {
    std::vector<std::string> words;
    for (const Json& grant : grants) {
        words.push_back(joined(texts_of(grant, "privileges"), ", ") + " to " + text_of(grant, "grantee"));
        const auto grantable = texts_of(grant, "grantable");
        if (!grantable.empty()) words.back() += " (grantable: " + joined(grantable, ", ") + ")";
    }
    return joined(words, "; ");
}

class Taking {
  public:
    explicit Taking(std::vector<Element>& elements) : elements_(elements) {}

    void take(const FacetWords& facet, const std::string& property, const Json& value) {
        list_ = std::string{facet.facet} + "." + property;
        if (property == "privileges" && all_have(value, "grantee"))
            take_privileges(value);
        else if (have_names_of_their_own(value))
            take_named(facet, property, value);
        else if (property == "labels" && all_are(value, &Json::is_string))
            take_labels(value);
        else if ((property == "options" || property == "settings") && all_are(value, &Json::is_string))
            take_settings(property, value);
        else
            take_property(facet, property, value);
    }

  private:
    std::vector<Element>& elements_;
    std::string list_;

    void add(std::string words, const Json& value, const std::string& name, std::size_t place) {
        elements_.push_back({std::move(words), value, list_, name, place});
    }

    void take_named(const FacetWords& facet, const std::string& property, const Json& list) {
        std::string words = in_singular(property) + " ";
        if (property == "columns" || property == "constraints") words.insert(0, facet.of_part);
        std::size_t place = 0;
        for (const Json& element : list) {
            const std::string name = text_of(element, "name");
            add(words + quote_identifier(name), element, name, place++);
        }
    }

    void take_labels(const Json& list) {
        std::size_t place = 0;
        for (const std::string& label : texts_of({{"labels", list}}, "labels"))
            add("label " + quote_literal(label), label, label, place++);
    }

    // fillfactor=70
    void take_settings(const std::string& property, const Json& list) {
        std::size_t place = 0;
        for (const Json& element : list) {
            const auto text = element.get<std::string>();
            const auto equals = text.find('=');
            const std::string name = text.substr(0, equals);
            const Json value = equals == std::string::npos ? Json(true) : Json(text.substr(equals + 1));
            add(in_singular(property) + " " + name, value, name, place++);
        }
    }

    // All that one role may, whoever granted it.
    void take_privileges(const Json& list) {
        std::map<std::string, Json> by_role;
        for (const Json& grant : list) {
            Json& grants = by_role[text_of(grant, "grantee")];
            if (grants.is_null()) grants = Json::array();
            grants.push_back(grant);
        }
        std::size_t place = 0;
        for (const auto& [role, grants] : by_role) add("privileges of " + role, grants, role, place++);
    }

    void take_property(const FacetWords& facet, const std::string& property, const Json& value) {
        const bool is_the_comment = facet.facet == "comment" && property == "text";
        list_.clear();
        add(is_the_comment ? "comment" : in_words_of(property), value, "", 0);
    }
};

}  // namespace

std::vector<Element> elements_of(const Json& definition) {
    std::vector<Element> elements;
    Taking taking{elements};
    for (const FacetWords& facet : facets) {
        const Json* properties = member(definition, facet.facet);
        if (properties == nullptr || !properties->is_object()) continue;
        for (const auto& [property, value] : properties->items()) taking.take(facet, property, value);
    }
    return elements;
}

std::string in_words(const Element& element) {
    if (element.list == "security.privileges") return grants_in_words(element.value);
    Json value = element.value;
    const bool is_property = element.list.empty();
    if (is_property || element.list.starts_with("structure.") || !value.is_object())
        return on_one_line(value);
    value.erase("name");
    if (value.size() == 1 && element.list.starts_with("security.") && has(value, "privileges"))
        return grants_in_words(value["privileges"]);
    return value.size() == 1 && has(value, "text") ? on_one_line(value["text"]) : canonical(value);
}

}  // namespace schemaver::core
