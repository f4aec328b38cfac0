// Walks each element of the last version back through the versions before.
#include "core/blame.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// The elements of one version, by their words.
class Parts {
  public:
    explicit Parts(const Version& version) : new_names_(version.new_names) {
        elements_ = elements_of(version.definition);
        for (const Element& element : elements_) by_words_[element.words] = &element;
    }

    const std::vector<Element>& elements() const { return elements_; }

    const Element* find(const std::string& words) const {
        const auto place = by_words_.find(words);
        return place == by_words_.end() ? nullptr : place->second;
    }

    bool gave_name(const std::string& name) const { return new_names_.count(name) > 0; }

    std::vector<const Element*> in_list(const std::string& list) const {
        std::vector<const Element*> found;
        for (const Element& element : elements_)
            if (element.list == list) found.push_back(&element);
        return found;
    }

  private:
    const std::set<std::string>& new_names_;
    std::vector<Element> elements_;
    std::unordered_map<std::string, const Element*> by_words_;
};

Json without_name(const Element& element) {
    Json value = element.value;
    if (value.is_object()) value.erase("name");
    return value == element.name ? Json() : value;
}

class Walk {
  public:
    Walk(const std::vector<Version>& versions, const Normalise& normalise) : normalise_(normalise) {
        parts_.reserve(versions.size());
        for (const Version& version : versions) parts_.emplace_back(version);
    }

    std::vector<Blamed> blame() const {
        std::vector<Blamed> all;
        if (parts_.empty()) return all;
        for (const Element& element : parts_.back().elements()) all.push_back(blame(element));
        return all;
    }

  private:
    std::vector<Parts> parts_;
    const Normalise& normalise_;

    bool same(const Json& left, const Json& right) const {
        return left == right || portable(left, normalise_) == portable(right, normalise_);
    }

    Blamed blame(const Element& last) const {
        Blamed blamed{last, "", "", 0, 0};
        const auto changed = [&](const char* change, std::size_t version, const std::string& former) {
            if (!blamed.change.empty()) return;
            blamed.change = change;
            blamed.former = former;
            blamed.changed = version;
        };
        const Element* element = &last;
        std::size_t version = parts_.size() - 1;
        for (; version > 0; --version) {
            const Element* before = parts_[version - 1].find(element->words);
            if (before == nullptr) {
                before = renamed_from(*element, version);
                if (before == nullptr) break;
                changed("renamed", version, before->words);
            } else if (!same(before->value, element->value)) {
                changed("modified", version, "");
            }
            element = before;
        }
        changed("added", version, "");
        blamed.since = version;
        return blamed;
    }

    // The element of the version before that has got this name, where that is known: a command gave the name,
    // or it is a label, which can be renamed but not dropped. It stood in the same place, or nothing else
    // there was like it.
    const Element* renamed_from(const Element& element, std::size_t version) const {
        const Parts& now = parts_[version];
        if (element.list.empty()) return nullptr;
        const auto list_before = parts_[version - 1].in_list(element.list);
        const bool is_label =
            element.list == "structure.labels" && list_before.size() == now.in_list(element.list).size();
        if (!is_label && !now.gave_name(element.name)) return nullptr;
        const Element* like_it = nullptr;
        bool is_only_one = true;
        for (const Element* before : list_before) {
            if (now.find(before->words) != nullptr) continue;
            if (!same(without_name(*before), without_name(element))) continue;
            if (before->place == element.place) return before;
            is_only_one = like_it == nullptr;
            like_it = before;
        }
        return is_only_one && !is_label ? like_it : nullptr;
    }
};

}  // namespace

std::vector<Blamed> blame(const std::vector<Version>& versions, const Normalise& normalise) {
    return Walk{versions, normalise}.blame();
}

std::set<std::string> names_given_by(const std::string& tag, const std::vector<std::string>& objects) {
    constexpr std::string_view column = " column ";
    constexpr std::string_view constraint = " constraint ";
    std::set<std::string> names;
    if (!tag.starts_with("ALTER ")) return names;
    for (const std::string& object : objects) {
        if (const auto at = object.find(column); at != std::string::npos)
            names.insert(identifier_parts(object.substr(at + column.size())).back());
        if (const auto at = object.find(constraint); at != std::string::npos) {
            const auto start = at + constraint.size();
            const auto end = object.rfind(" on ");
            if (end != std::string::npos && end > start)
                names.insert(identifier_parts(object.substr(start, end - start)).back());
        }
    }
    return names;
}

}  // namespace schemaver::core
