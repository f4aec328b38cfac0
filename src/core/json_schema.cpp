// Each keyword is a row: what its value must be, and how it judges a value.
#include "core/json_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::array<std::string_view, 10> descriptions = {
    "$schema", "$id",      "$comment",   "title",    "description",
    "default", "examples", "deprecated", "readOnly", "writeOnly"};
constexpr std::array<std::string_view, 7> type_names = {"null",   "boolean", "object", "array",
                                                        "number", "string",  "integer"};
constexpr std::size_t shown = 60;

std::string in_short(const Json& value) { return shortened(value.dump(), shown); }

// The length of a text in characters.
std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

bool is_of_type(const Json& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (!value.is_number()) return false;
    return type == "number" || value.is_number_integer() ||
           std::trunc(value.get<double>()) == value.get<double>();
}

std::string_view type_of(const Json& value) {
    for (const std::string_view type : type_names)
        if (is_of_type(value, type)) return type;
    return "nothing";
}

std::string joined_types(const Json& types) {
    if (types.is_string()) return types.get<std::string>();
    std::string text;
    for (const Json& type : types) text += (text.empty() ? "" : " or ") + type.get<std::string>();
    return text;
}

class Judge {
  public:
    Judge(const Json& value, std::string place, std::vector<DocumentProblem>& problems)
        : value_(value), place_(std::move(place)), problems_(problems) {}

    void judge(const Json& schema) {
        if (schema.is_boolean()) {
            if (!schema.get<bool>()) complain("is not allowed");
            return;
        }
        judge_value(schema);
        if (value_.is_number()) judge_number(schema);
        if (value_.is_string()) judge_string(schema);
        if (value_.is_array()) judge_array(schema);
        if (value_.is_object()) judge_object(schema);
        judge_combined(schema);
    }

  private:
    void complain(std::string problem) { problems_.push_back({place_, std::move(problem)}); }

    static const Json* keyword(const Json& schema, const char* name) {
        const auto at = schema.find(name);
        return at == schema.end() ? nullptr : &*at;
    }

    void judge_value(const Json& schema) {
        if (const Json* types = keyword(schema, "type")) {
            const bool fits = types->is_string()
                                  ? is_of_type(value_, types->get<std::string>())
                                  : std::any_of(types->begin(), types->end(), [&](const Json& type) {
                                        return is_of_type(value_, type.get<std::string>());
                                    });
            if (!fits) complain(fmt::format("is {}, not {}", type_of(value_), joined_types(*types)));
        }
        if (const Json* values = keyword(schema, "enum");
            values != nullptr && std::find(values->begin(), values->end(), value_) == values->end())
            complain(fmt::format("is {}, none of {}", in_short(value_), in_short(*values)));
        if (const Json* constant = keyword(schema, "const"); constant != nullptr && *constant != value_)
            complain(fmt::format("is {}, not {}", in_short(value_), in_short(*constant)));
    }

    void judge_number(const Json& schema) {
        const auto limit = [&](const char* name, auto keeps, const char* words) {
            const Json* bound = keyword(schema, name);
            if (bound != nullptr && !keeps(value_, *bound))
                complain(fmt::format("is {}, {} {}", in_short(value_), words, in_short(*bound)));
        };
        limit(
            "minimum", [](const Json& a, const Json& b) { return a >= b; }, "less than");
        limit(
            "maximum", [](const Json& a, const Json& b) { return a <= b; }, "more than");
        limit(
            "exclusiveMinimum", [](const Json& a, const Json& b) { return a > b; }, "not more than");
        limit(
            "exclusiveMaximum", [](const Json& a, const Json& b) { return a < b; }, "not less than");
        limit(
            "multipleOf",
            [](const Json& a, const Json& b) {
                const double times = a.get<double>() / b.get<double>();
                return std::abs(times - std::round(times)) < 1e-9;
            },
            "no multiple of");
    }

    void judge_size(const Json& schema, std::size_t size, const char* least, const char* most,
                    std::string_view unit) {
        if (const Json* bound = keyword(schema, least); bound != nullptr && size < bound->get<std::size_t>())
            complain(fmt::format("has {}, fewer than {}", counted(size, unit), bound->get<std::size_t>()));
        if (const Json* bound = keyword(schema, most); bound != nullptr && size > bound->get<std::size_t>())
            complain(fmt::format("has {}, more than {}", counted(size, unit), bound->get<std::size_t>()));
    }

    void judge_string(const Json& schema) {
        judge_size(schema, characters(value_.get<std::string>()), "minLength", "maxLength", "character");
    }

    void judge_array(const Json& schema) {
        judge_size(schema, value_.size(), "minItems", "maxItems", "element");
        if (const Json* unique = keyword(schema, "uniqueItems"); unique != nullptr && unique->get<bool>()) {
            if (std::set<Json>(value_.begin(), value_.end()).size() < value_.size())
                complain("has an element twice");
        }
        const Json* items = keyword(schema, "items");
        if (items == nullptr) return;
        for (std::size_t i = 0; i < value_.size(); ++i)
            Judge(value_[i], fmt::format("{}[{}]", place_, i), problems_).judge(*items);
    }

    std::string place_of(const std::string& name) const {
        return place_.empty() ? name : place_ + "." + name;
    }

    void judge_object(const Json& schema) {
        judge_size(schema, value_.size(), "minProperties", "maxProperties", "member");
        if (const Json* required = keyword(schema, "required")) {
            for (const Json& name : *required)
                if (!value_.contains(name.get<std::string>()))
                    complain(fmt::format("{} is missing", name.get<std::string>()));
        }
        const Json* properties = keyword(schema, "properties");
        const Json* additional = keyword(schema, "additionalProperties");
        for (const auto& [name, member] : value_.items()) {
            const Json* its = properties == nullptr ? nullptr : keyword(*properties, name.c_str());
            if (its == nullptr) its = additional;
            if (its != nullptr) Judge(member, place_of(name), problems_).judge(*its);
        }
    }

    bool fits(const Json& schema) const {
        std::vector<DocumentProblem> found;
        Judge(value_, place_, found).judge(schema);
        return found.empty();
    }

    void judge_combined(const Json& schema) {
        if (const Json* all = keyword(schema, "allOf"))
            for (const Json& one : *all) judge(one);
        if (const Json* any = keyword(schema, "anyOf");
            any != nullptr &&
            std::none_of(any->begin(), any->end(), [&](const Json& one) { return fits(one); }))
            complain("fits none of the alternatives");
        if (const Json* no = keyword(schema, "not"); no != nullptr && fits(*no))
            complain("is what it must not be");
    }

    const Json& value_;
    std::string place_;
    std::vector<DocumentProblem>& problems_;
};

[[noreturn]] void refuse(const std::string& place, std::string_view keyword, const std::string& why) {
    throw Error(sqlstate::invalid_argument, "the JSON Schema is none that is understood",
                fmt::format("{} {}: {}.", place.empty() ? "At its top," : "At " + place + ",", keyword, why),
                "docs/documents.md lists the keywords that are known.");
}

bool is_type_name(const Json& value) {
    return value.is_string() &&
           std::find(type_names.begin(), type_names.end(), value.get<std::string>()) != type_names.end();
}
bool is_type(const Json& value) {
    return is_type_name(value) ||
           (value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_type_name));
}
bool is_list(const Json& value) { return value.is_array() && !value.empty(); }
bool is_anything(const Json&) { return true; }
bool is_a_number(const Json& value) { return value.is_number(); }
bool is_positive(const Json& value) { return value.is_number() && value.get<double>() > 0; }
bool is_size(const Json& value) { return value.is_number_unsigned(); }
bool is_switch(const Json& value) { return value.is_boolean(); }
bool is_names(const Json& value) {
    return value.is_array() &&
           std::all_of(value.begin(), value.end(), [](const Json& name) { return name.is_string(); });
}
bool is_members(const Json& value) { return value.is_object(); }

enum class Holds { no_schema, schema, schemas };

struct Keyword {
    std::string_view name;
    bool (*is_right)(const Json&);
    const char* must_be;
    Holds holds = Holds::no_schema;
};

constexpr std::array keywords = {
    Keyword{"type", is_type, "must be the name of a type, or a list of them"},
    Keyword{"enum", is_list, "must be a list of values"},
    Keyword{"const", is_anything, ""},
    Keyword{"properties", is_members, "must be an object", Holds::schemas},
    Keyword{"required", is_names, "must be a list of names"},
    Keyword{"additionalProperties", is_anything, "", Holds::schema},
    Keyword{"minProperties", is_size, "must be a whole number"},
    Keyword{"maxProperties", is_size, "must be a whole number"},
    Keyword{"items", is_anything, "", Holds::schema},
    Keyword{"minItems", is_size, "must be a whole number"},
    Keyword{"maxItems", is_size, "must be a whole number"},
    Keyword{"uniqueItems", is_switch, "must be true or false"},
    Keyword{"minLength", is_size, "must be a whole number"},
    Keyword{"maxLength", is_size, "must be a whole number"},
    Keyword{"minimum", is_a_number, "must be a number"},
    Keyword{"maximum", is_a_number, "must be a number"},
    Keyword{"exclusiveMinimum", is_a_number, "must be a number"},
    Keyword{"exclusiveMaximum", is_a_number, "must be a number"},
    Keyword{"multipleOf", is_positive, "must be a number above 0"},
    Keyword{"allOf", is_list, "must be a list of schemas", Holds::schemas},
    Keyword{"anyOf", is_list, "must be a list of schemas", Holds::schemas},
    Keyword{"not", is_anything, "", Holds::schema},
};

constexpr int deepest = 64;
// Comparing and printing values goes as deep into the stack as they are nested.
constexpr int deepest_document = 1000;

[[noreturn]] void cannot_judge(std::string why) {
    throw Error(
        sqlstate::invalid_document, "the document cannot be checked by a JSON Schema", std::move(why),
        "Check it by a function instead: schemaver.register_document_rule(kind, version, function => ...).");
}

void require_schema_at(const Json& schema, const std::string& place, int depth) {
    if (depth > deepest) refuse(shortened(place, shown), "it", "nested deeper than 64 levels");
    if (schema.is_boolean()) return;
    if (!schema.is_object()) refuse(place, in_short(schema), "a schema is an object, true or false");
    for (const auto& [name, value] : schema.items()) {
        if (std::find(descriptions.begin(), descriptions.end(), name) != descriptions.end()) continue;
        const auto* known = std::find_if(keywords.begin(), keywords.end(),
                                         [&, &word = name](const Keyword& one) { return one.name == word; });
        if (known == keywords.end()) refuse(place, name, "this keyword is not known here");
        if (!known->is_right(value)) refuse(place, name, known->must_be);
        const std::string inside = (place.empty() ? "" : place + ".") + name;
        if (known->holds == Holds::schema) require_schema_at(value, inside, depth + 1);
        if (known->holds == Holds::schemas)
            for (const auto& [key, one] : value.items())
                require_schema_at(one, inside + "." + key, depth + 1);
    }
}

}  // namespace

Json document_from_text(std::string_view text) {
    try {
        return Json::parse(text, [](int depth, Json::parse_event_t event, Json&) {
            const bool opens =
                event == Json::parse_event_t::array_start || event == Json::parse_event_t::object_start;
            if (opens && depth >= deepest_document)
                cannot_judge(fmt::format("It is nested deeper than {} levels.", deepest_document));
            return true;
        });
    } catch (const Json::out_of_range&) {
        cannot_judge("It has a number that is beyond double precision.");
    }
}

void require_json_schema(const Json& schema) { require_schema_at(schema, "", 1); }

std::vector<DocumentProblem> find_problems(const Json& schema, const Json& document) {
    std::vector<DocumentProblem> problems;
    Judge(document, "", problems).judge(schema);
    return problems;
}

}  // namespace schemaver::core
