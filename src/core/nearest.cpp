// Counts typing errors by dynamic programming over three rows of the table.
#include "core/nearest.hpp"

#include <algorithm>
#include <utility>

namespace schemaver::core {

namespace {

constexpr std::size_t most_suggestions = 3;
constexpr std::size_t longest_compared = 200;  // bytes: what is longer was not mistyped

std::string without_case(std::string_view text) {
    std::string lower{text.substr(0, longest_compared)};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

}  // namespace

std::size_t typing_errors(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last;
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        before_last = std::exchange(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t other = left[i - 1] == right[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + other});
            const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

std::vector<std::string> nearest(std::string_view typed, const std::vector<std::string>& candidates) {
    const std::string wanted = without_case(typed);
    std::vector<std::pair<std::size_t, std::string>> likely;
    for (const std::string& candidate : candidates) {
        const std::string name = without_case(candidate);
        const std::size_t errors = typing_errors(wanted, name);
        const bool begins =
            !wanted.empty() && !name.empty() && (name.starts_with(wanted) || wanted.starts_with(name));
        const std::size_t tolerated = std::max<std::size_t>(1, std::max(name.size(), wanted.size()) / 3);
        if (begins || errors <= tolerated) likely.emplace_back(errors, candidate);
    }
    std::sort(likely.begin(), likely.end());
    likely.erase(std::unique(likely.begin(), likely.end()), likely.end());
    std::vector<std::string> names;
    for (const auto& [errors, name] : likely)
        if (names.size() < most_suggestions) names.push_back(name);
    return names;
}

}  // namespace schemaver::core
