// Type modifiers and node trees.
#include "core/lint_stored.hpp"

#include <charconv>

namespace schemaver::core {

namespace {

constexpr std::string_view test_of_column = "{NULLTEST :arg {VAR ";

// Of a text that begins with test_of_column; 0: it is no IS NOT NULL.
int tested_attribute(std::string_view test) {
    const std::size_t end = test.find('}');
    const std::size_t kind = test.find(":nulltesttype ", end);
    const std::size_t number = test.find(":varattno ");
    if (kind == std::string_view::npos || number > end || test[kind + 14] != '1') return 0;
    int attribute = 0;
    const char* first = test.data() + number + 10;
    std::from_chars(first, test.data() + end, attribute);
    return attribute;
}

}  // namespace

std::vector<std::int64_t> type_modifiers(std::string_view type, std::int64_t typmod) {
    if (typmod < 0) return {};
    if (type == "varchar" || type == "bpchar") return {typmod - 4};
    if (type == "numeric") {
        const std::int64_t packed = typmod - 4;
        const std::int64_t scale = packed & 0x7ff;
        return {(packed >> 16) & 0xffff, (scale ^ 1024) - 1024};
    }
    return {typmod};
}

std::vector<int> not_null_attributes(std::string_view condition) {
    std::vector<int> attributes;
    const auto note = [&](std::string_view test) {
        if (const int attribute = tested_attribute(test); attribute > 0) attributes.push_back(attribute);
    };
    if (condition.starts_with(test_of_column)) note(condition);
    if (!condition.starts_with("{BOOLEXPR :boolop and ")) return attributes;
    int depth = 0;
    for (std::size_t i = 0; i < condition.size(); ++i) {
        if (condition[i] == '\\') {
            ++i;
        } else if (condition[i] == '{') {
            if (depth++ == 1 && condition.substr(i).starts_with(test_of_column)) note(condition.substr(i));
        } else if (condition[i] == '}') {
            --depth;
        }
    }
    return attributes;
}

}  // namespace schemaver::core
