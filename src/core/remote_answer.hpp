// What another database's schemaver answers, read as what it is: text that anybody may have written. Shapes
// are checked before anything is used, and what is wrong is said with the server's name.
//
//     read_listing("staging", {{"table", "public.people", "public", "9f86d0..."}})
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.hpp"

namespace schemaver::core {

using AnswerRow = std::vector<std::optional<std::string>>;

struct ListedObject {
    std::string kind;
    std::string identity;
    std::string schema;  // empty: lives in none
    std::string digest;  // portable, 64 hex digits
};

// All throw Error (remote_answer_invalid). Of a fingerprint whose format is another one: Error
// (remote_without_schemaver).
std::string read_fingerprint(const std::string& server, const std::vector<AnswerRow>& rows);
// Rows of objects(): sorted, each kind and identity once.
std::vector<ListedObject> read_listing(const std::string& server, const std::vector<AnswerRow>& rows);
// Rows of definitions(): sorted, each kind and identity once.
Schema read_definitions(const std::string& server, const std::vector<AnswerRow>& rows);

// The schemaver that is there: rows of version, how many of the functions asked for it has, and how many were
// asked for. Throws Error (remote_without_schemaver).
void require_schemaver(const std::string& server, const std::vector<AnswerRow>& rows);

// An array of texts, as the server reads it.
std::string array_literal(const std::vector<std::string>& texts);

}  // namespace schemaver::core
