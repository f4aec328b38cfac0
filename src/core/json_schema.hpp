// JSON Schema, the part of it that configurations need: what a document must look like.
//
//     find_problems({"type": "object", "required": ["url"]}, {})   {"", "url is missing"}
//
// Known: type, enum, const, properties, required, additionalProperties, minProperties, maxProperties, items,
// minItems, maxItems, uniqueItems, minLength, maxLength, minimum, maximum, exclusiveMinimum,
// exclusiveMaximum, multipleOf, allOf, anyOf, not; with the meaning of draft 2020-12 (json-schema.org). A
// keyword that would be passed over is refused instead, but for those that only describe ($schema, $id,
// $comment, title, description, default, examples, deprecated, readOnly, writeOnly).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

// Throws Error (invalid_argument) that names the place and the keyword.
void require_json_schema(const Json& schema);

// A document or schema from outside, as jsonb writes it. Throws Error (invalid_document) for what
// find_problems() does not judge: numbers beyond double precision, and more than 1000 levels.
Json document_from_text(std::string_view text);

struct DocumentProblem {
    std::string place;  // "steps[2].timeout"; empty: the document itself
    std::string problem;
};

// `schema` is one that require_json_schema() has let pass.
std::vector<DocumentProblem> find_problems(const Json& schema, const Json& document);

}  // namespace schemaver::core
