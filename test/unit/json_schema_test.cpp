// JSON Schema: what each keyword lets pass and what it finds, and schemas that are none.
#include "core/json_schema.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

struct Case {
    const char* schema;
    const char* document;
    const char* problems;  // "place: problem" each, "; " between
};

std::string problems_of(const char* schema, const char* document) {
    const Json parsed = Json::parse(schema);
    require_json_schema(parsed);
    std::string text;
    for (const DocumentProblem& one : find_problems(parsed, Json::parse(document)))
        text += (text.empty() ? "" : "; ") + one.place + ": " + one.problem;
    return text;
}

TEST(JsonSchema, WhatCannotBeJudgedIsAnErrorOfOurs) {
    EXPECT_EQ(document_from_text(R"({"a": [1, 1e308]})").size(), 1u);
    EXPECT_EQ(document_from_text(std::string(1000, '[') + "1" + std::string(1000, ']')).size(), 1u);
    const std::string beyond = "{\"a\": 1" + std::string(400, '0') + "}";
    const std::string deep = std::string(1001, '[') + std::string(1001, ']');
    for (const std::string& text : {beyond, deep}) {
        try {
            document_from_text(text);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.sqlstate, std::string(sqlstate::invalid_document));
        }
    }
}

TEST(JsonSchema, EachKeyword) {
    const std::vector<Case> cases = {
        {"{}", "[1, null]", ""},
        {"true", "1", ""},
        {"false", "1", ": is not allowed"},
        {R"({"title": "x", "$comment": "y", "default": 1, "examples": []})", "1", ""},
        {R"({"type": "string"})", "1", ": is number, not string"},
        {R"({"type": "integer"})", "1", ""},
        {R"({"type": "integer"})", "1.0", ""},
        {R"({"type": "integer"})", "1.5", ": is number, not integer"},
        {R"({"type": "number"})", "1.5", ""},
        {R"({"type": ["string", "null"]})", "null", ""},
        {R"({"type": ["string", "null"]})", "[]", ": is array, not string or null"},
        {R"({"type": "boolean"})", "false", ""},
        {R"({"enum": ["a", 1]})", "1", ""},
        {R"({"enum": ["a", 1]})", "\"b\"", ": is \"b\", none of [\"a\",1]"},
        {R"({"const": {"a": 1}})", R"({"a": 1})", ""},
        {R"({"const": 1})", "2", ": is 2, not 1"},
        {R"({"required": ["a", "b"]})", R"({"a": null})", ": b is missing"},
        {R"({"required": ["a"]})", "[]", ""},
        {R"({"properties": {"a": {"type": "string"}}})", R"({"a": 1, "b": 2})", "a: is number, not string"},
        {R"({"properties": {"a": {"properties": {"b": false}}}})", R"({"a": {"b": 1}})",
         "a.b: is not allowed"},
        {R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"a": 1, "z": 1})",
         "z: is not allowed"},
        {R"({"additionalProperties": {"type": "integer"}})", R"({"a": 1, "z": "x"})",
         "z: is string, not integer"},
        {R"({"minProperties": 1})", "{}", ": has 0 members, fewer than 1"},
        {R"({"maxProperties": 1})", R"({"a": 1, "b": 2})", ": has 2 members, more than 1"},
        {R"({"items": {"type": "integer"}})", R"([1, "x", 3])", "[1]: is string, not integer"},
        {R"({"properties": {"a": {"items": {"required": ["b"]}}}})", R"({"a": [{"b": 1}, {}]})",
         "a[1]: b is missing"},
        {R"({"minItems": 2})", "[1]", ": has 1 element, fewer than 2"},
        {R"({"maxItems": 1})", "[1, 2]", ": has 2 elements, more than 1"},
        {R"({"uniqueItems": true})", "[1, 2, 1]", ": has an element twice"},
        {R"({"uniqueItems": false})", "[1, 1]", ""},
        {R"({"minLength": 2})", "\"\u00e4\"", ": has 1 character, fewer than 2"},
        {R"({"maxLength": 2})", "\"\u00e4\u00e4\"", ""},
        {R"({"maxLength": 2})", "\"abc\"", ": has 3 characters, more than 2"},
        {R"({"minimum": 1})", "1", ""},
        {R"({"minimum": 1})", "0.5", ": is 0.5, less than 1"},
        {R"({"maximum": 1.5})", "2", ": is 2, more than 1.5"},
        {R"({"exclusiveMinimum": 1})", "1", ": is 1, not more than 1"},
        {R"({"exclusiveMaximum": 1})", "1", ": is 1, not less than 1"},
        {R"({"multipleOf": 0.1})", "0.3", ""},
        {R"({"multipleOf": 5})", "7", ": is 7, no multiple of 5"},
        {R"({"minimum": 1})", "\"x\"", ""},
        {R"({"allOf": [{"minimum": 2}, {"maximum": 0}]})", "1", ": is 1, less than 2; : is 1, more than 0"},
        {R"({"anyOf": [{"type": "string"}, {"minimum": 3}]})", "4", ""},
        {R"({"anyOf": [{"type": "string"}, {"minimum": 3}]})", "2", ": fits none of the alternatives"},
        {R"({"not": {"type": "string"}})", "\"x\"", ": is what it must not be"},
        {R"({"not": {"type": "string"}})", "1", ""},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(std::string(one.schema) + " of " + one.document);
        EXPECT_EQ(problems_of(one.schema, one.document), one.problems);
    }
}

TEST(JsonSchema, WhatIsNone) {
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"1", "At its top, 1: a schema is an object, true or false."},
        {R"({"pattern": "x"})", "At its top, pattern: this keyword is not known here."},
        {R"({"$ref": "#"})", "At its top, $ref: this keyword is not known here."},
        {R"({"type": "text"})", "At its top, type: must be the name of a type, or a list of them."},
        {R"({"type": []})", "At its top, type: must be the name of a type, or a list of them."},
        {R"({"enum": []})", "At its top, enum: must be a list of values."},
        {R"({"properties": []})", "At its top, properties: must be an object."},
        {R"({"properties": {"a": {"items": {"minimum": "1"}}}})",
         "At properties.a.items, minimum: must be a number."},
        {R"({"required": [1]})", "At its top, required: must be a list of names."},
        {R"({"minItems": 1.5})", "At its top, minItems: must be a whole number."},
        {R"({"multipleOf": 0})", "At its top, multipleOf: must be a number above 0."},
        {R"({"anyOf": []})", "At its top, anyOf: must be a list of schemas."},
        {R"({"allOf": [{}, 3]})", "At allOf.1, 3: a schema is an object, true or false."},
        {R"({"uniqueItems": 1})", "At its top, uniqueItems: must be true or false."},
    };
    for (const auto& [schema, detail] : cases) {
        SCOPED_TRACE(schema);
        try {
            require_json_schema(Json::parse(schema));
            ADD_FAILURE() << "was let pass";
        } catch (const Error& error) {
            EXPECT_EQ(error.detail, detail);
            EXPECT_EQ(error.sqlstate, sqlstate::invalid_argument);
        }
    }
    Json deep = Json::object();
    for (int i = 0; i < 100; ++i) deep = {{"not", std::move(deep)}};
    EXPECT_THROW(require_json_schema(deep), Error);
}

}  // namespace
}  // namespace schemaver::core
