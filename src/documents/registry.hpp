// What is known of a kind of document: where its version stands, the steps, and what each version must look
// like. Read as the caller, whoever that is.
#pragma once

#include <optional>

#include "core/document_steps.hpp"

namespace schemaver::documents {

struct Kind {
    std::string name;
    std::string version_key;                   // "schema_version"
    std::optional<std::string> first_version;  // of documents that do not say
    std::vector<core::DocumentStep> steps;     // functions as they are called: public.add_timeout
};

// Throws Error (unknown_document_kind) with the nearest names.
Kind require_kind(const std::string& name);

struct Rule {
    std::optional<std::string> json_schema;
    std::optional<std::string> function;  // as it is called
};
// Nothing: documents of that version may look as they like.
std::optional<Rule> rule_of(const std::string& kind, const std::string& version);

}  // namespace schemaver::documents
