// Text pieces, and the sorting of keys at the end.
#include "core/document.hpp"

#include "core/error.hpp"
#include "core/model.hpp"

namespace schemaver::core {

void List::separate() {
    if (!text_.empty()) text_ += ',';
}

void List::add(std::string_view text) {
    separate();
    append_canonical(text_, text);
}

void List::add(const Properties& object) {
    separate();
    object.append_to(text_);
}

void List::add_canonical(std::string_view json) {
    separate();
    text_ += json;
}

void List::append_to(std::string& out) const {
    out += '[';
    out += text_;
    out += ']';
}

std::string List::canonical() const {
    std::string out;
    append_to(out);
    return out;
}

namespace {

// Room for so many more bytes, to be written at once: a string that grows piece by piece looks for room each
// time.
char* room_for(std::string& out, std::size_t bytes) {
    const std::size_t size = out.size();
    out.resize(size + bytes);
    return out.data() + size;
}

char* write(char* at, std::string_view text) { return at + text.copy(at, text.size()); }

}  // namespace

void Properties::begin(std::string_view key) {
    members_.push_back({key, text_.size(), 0});
    char* at = room_for(text_, key.size() + 3);
    *at++ = '"';
    at = write(at, key);
    *at++ = '"';
    *at = ':';
}

void Properties::put(std::string_view key, std::string_view text) {
    begin(key);
    if (is_canonical(text)) {
        char* at = room_for(text_, text.size() + 2);
        *at++ = '"';
        *write(at, text) = '"';
    } else {
        append_canonical(text_, text);
    }
    end();
}

void Properties::put(std::string_view key, const Properties& object) {
    begin(key);
    object.append_to(text_);
    end();
}

void Properties::put(std::string_view key, const List& list) {
    begin(key);
    list.append_to(text_);
    end();
}

void Properties::put(std::string_view key, const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) list.add(text);
    put(key, list);
}

void Properties::put_canonical(std::string_view key, std::string_view json) {
    begin(key);
    text_ += json;
    end();
}

void Properties::clear() {
    text_.clear();
    members_.clear();
}

void Properties::append_to(std::string& out) const {
    std::array<std::uint8_t, 64> order;
    const std::size_t count = members_.size();
    if (count > order.size())
        throw Error{sqlstate::internal, "a definition has an object of too many members"};
    for (std::size_t i = 0; i < count; ++i) {
        // Insertion: there are a handful, and most are in order already.
        std::size_t at = i;
        for (; at > 0 && members_[i].key < members_[order[at - 1]].key; --at) order[at] = order[at - 1];
        order[at] = static_cast<std::uint8_t>(i);
    }
    out += '{';
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += ',';
        const Member& member = members_[order[i]];
        out.append(text_, member.begin, member.end - member.begin);
    }
    out += '}';
}

std::string Properties::canonical() const {
    std::string out;
    append_to(out);
    return out;
}

void Facets::clear() {
    comment.clear();
    security.clear();
    storage.clear();
    structure.clear();
}

Json Facets::document() const {
    Json definition = Json::object();
    const auto facets = in_order();
    for (std::size_t i = 0; i < facets.size(); ++i) {
        if (!facets[i]->empty())
            definition[std::string(facet_names[i])] = Json::parse(facets[i]->canonical());
    }
    return definition;
}

}  // namespace schemaver::core
