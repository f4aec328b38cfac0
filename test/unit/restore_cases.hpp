// A table of cases for the restore rules: what the backup has, what is here, and all the findings that
// follow.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/restore.hpp"
#include "schema_builder.hpp"

namespace schemaver::core::test {

// Expressions are the same without their spaces.
inline std::string without_spaces(const std::string& sql) {
    std::string text = sql;
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

struct Case {
    const char* name;
    Schema backup;
    Schema target;
    std::vector<std::string>
        findings;  // "severity: check: identity", the info that other objects differ left out
};

inline std::vector<std::string> findings_of(const Schema& backup, const Schema& target) {
    std::vector<std::string> result;
    for (const Finding& finding : check_restore(database(backup), database(target), without_spaces).findings)
        if (finding.check != "other objects")
            result.push_back(finding.severity + ": " + finding.check + ": " + finding.identity);
    return result;
}

inline void expect_all(const std::vector<Case>& cases) {
    for (const Case& one : cases) EXPECT_EQ(findings_of(one.backup, one.target), one.findings) << one.name;
}

// One table of two columns with these constraints.
inline Schema t_with(const std::vector<Json>& list) {
    return {table("public.t", "a integer; b integer", constraints(list))};
}

}  // namespace schemaver::core::test
