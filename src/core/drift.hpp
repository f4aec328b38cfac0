// Drift: what the live schema has that it should not, one difference after the other, told once.
//
// A check finds differences; a row of drift is a difference that has been told. reconcile() says which of
// them are new, and which drift is over: the column that somebody dropped by hand is back, say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/compatibility.hpp"
#include "core/diff.hpp"

namespace schemaver::core {

enum class Severity { info, warning, critical };
std::string_view to_text(Severity severity);

// How bad each row is for who knows the schema as it was. critical: whatever touches rights (owners,
// privileges, policies, labels), and what breaks applications that work on the schema as it should be.
// warning: any other difference of structure. info: comments and storage. `breaks` is what breaks_on() says
// of such applications.
std::vector<Severity> severities(const std::vector<Difference>& rows, const std::vector<Break>& breaks);

// A rule that keeps differences from being drift: all conditions that it states must hold. Partitions that a
// job makes and drops are those of `partitions_of`.
struct IgnoreRule {
    std::optional<std::string> facet;
    std::optional<std::string> kind;
    std::optional<std::string> schema;
    std::optional<std::string> identity;       // a LIKE pattern
    std::optional<std::string> partitions_of;  // a partitioned table's identity
};

// Whether a text matches a LIKE pattern: the server's own matching.
using Matches = std::function<bool(const std::string& text, const std::string& pattern)>;

// Whether the rule covers the difference. A whole object that was added or removed has all facets, so a rule
// for a facet does not cover it.
bool covers(const IgnoreRule& rule, const Difference& row, const Schema& from, const Schema& to,
            const Matches& matches);

// A difference without its wording: what makes it the same one at the next check.
struct DriftKey {
    std::string change;
    std::string kind;
    std::string identity;
    std::string property;
    std::string value_digest;  // SHA-256 of the new value, in hexadecimal

    friend bool operator==(const DriftKey&, const DriftKey&) = default;
    // The same property of the same object, whatever its value.
    bool is_about_the_same(const DriftKey& other) const {
        return kind == other.kind && identity == other.identity && property == other.property;
    }
};
DriftKey drift_key(const Difference& row);

struct Reconciled {
    std::vector<std::size_t> opened;    // of `found`: those that nobody has been told yet
    std::vector<std::size_t> returned;  // of `known`: those that are over
};

// `known` is drift that is not over, accepted or not. A property that has changed once more ends the drift
// that was known and opens another.
Reconciled reconcile(const std::vector<DriftKey>& known, const std::vector<DriftKey>& found);

// What a listener is sent: JSON of less than `limit` bytes. Where the values do not fit, they are left out,
// and "more" says which row of schemaver.drift has them.
struct DriftNews {
    std::int64_t id = 0;
    std::string database;
    std::string against;
    std::string severity;
    DriftKey key;
    std::string former_identity;  // empty: it has not been renamed
    std::string old_value;
    std::string new_value;
    bool captured = false;
    std::string who;          // empty: not known
    std::int64_t commit = 0;  // 0: none
};
std::string payload(const DriftNews& news, std::size_t limit);

}  // namespace schemaver::core
