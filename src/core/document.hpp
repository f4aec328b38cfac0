// Canonical JSON, written as text while it is put together: for the kinds of objects that come by the
// thousand, where a tree of values would cost more than reading the catalogs does.
//
//     Properties column;
//     column.put("type", "integer");
//     column.put("name", "id");
//     column.canonical();                 // {"name":"id","type":"integer"}
//
// Keys are written in any order and come out sorted. They are ours, so they are plain ASCII, and each is put
// once. A cleared object keeps its memory, so one of them serves for every column of a schema.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

// The elements of an array.
class List {
  public:
    // Throws Error (internal) on invalid UTF-8, as append_canonical() does.
    void add(std::string_view text);
    void add(const class Properties& object);
    void add_canonical(std::string_view json);  // canonical already
    bool empty() const { return text_.empty(); }
    void clear() { text_.clear(); }
    void append_to(std::string& out) const;
    std::string canonical() const;

  private:
    void separate();
    std::string text_;  // the elements with commas, without brackets
};

class Properties {
  public:
    // `key` must live as long as the object: a literal. Throws as List::add() does.
    void put(std::string_view key, std::string_view text);
    void put(std::string_view key, const char* text) { put(key, std::string_view(text)); }
    void put(std::string_view key, const std::string& text) { put(key, std::string_view(text)); }
    template <std::integral Number>
    void put(std::string_view key, Number value) {
        if constexpr (std::same_as<Number, bool>)
            put_canonical(key, value ? "true" : "false");
        else
            put_canonical(key, std::to_string(value));
    }
    void put(std::string_view key, const Properties& object);
    void put(std::string_view key, const List& list);
    void put(std::string_view key, const std::vector<std::string>& texts);
    void put(std::string_view key, const Json& value) { put_canonical(key, core::canonical(value)); }
    void put_canonical(std::string_view key, std::string_view json);
    template <typename Value>
    void put_unless_empty(std::string_view key, const Value& value) {
        if (!value.empty()) put(key, value);
    }
    bool empty() const { return members_.empty(); }
    std::size_t size() const { return members_.size(); }
    void clear();
    void append_to(std::string& out) const;
    std::string canonical() const;

  private:
    struct Member {
        std::string_view key;
        std::size_t begin;
        std::size_t end;
    };
    void begin(std::string_view key);
    void end() { members_.back().end = text_.size(); }
    std::string text_;  // the members' "key":value, in the order they were put
    std::vector<Member> members_;
};

// An object's definition: its facets, in the order of facet_names.
struct Facets {
    Properties comment;
    Properties security;
    Properties storage;
    Properties structure;

    void clear();
    std::array<const Properties*, 4> in_order() const { return {&comment, &security, &storage, &structure}; }
    Json document() const;  // facets without properties left out
};

}  // namespace schemaver::core
