// Look-ups that never raise, whatever the shape of the document.
#include "core/properties.hpp"

#include "core/fingerprint.hpp"

namespace schemaver::core {

const Json* member(const Json& object, std::string_view key) {
    const auto place = object.find(key);
    return place == object.end() ? nullptr : &*place;
}

bool has(const Json& object, std::string_view key) { return member(object, key) != nullptr; }

std::string text_of(const Json& object, std::string_view key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

bool is_true(const Json& object, std::string_view key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::string expression_of(const Json& object, std::string_view key) {
    const Json* value = member(object, key);
    return value != nullptr && is_expression(*value) ? text_of(*value, "sql") : std::string{};
}

std::string wording_of(const Json& object, std::string_view key) {
    const std::string text = text_of(object, key);
    return text.empty() ? expression_of(object, key) : text;
}

std::vector<const Json*> objects_of(const Json& object, std::string_view key) {
    std::vector<const Json*> elements;
    if (const Json* list = member(object, key); list != nullptr && list->is_array())
        for (const Json& element : *list)
            if (element.is_object()) elements.push_back(&element);
    return elements;
}

std::vector<std::string> texts_of(const Json& object, std::string_view key) {
    std::vector<std::string> texts;
    if (const Json* list = member(object, key); list != nullptr && list->is_array())
        for (const Json& element : *list)
            if (element.is_string()) texts.push_back(element.get<std::string>());
    return texts;
}

const Json* named(const Json& object, std::string_view list, std::string_view name) {
    for (const Json* element : objects_of(object, list)) {
        const Json* own = member(*element, "name");
        if (own != nullptr && own->is_string() && own->get_ref<const std::string&>() == name) return element;
    }
    return nullptr;
}

}  // namespace schemaver::core
