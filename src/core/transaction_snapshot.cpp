// Reading, writing and asking a snapshot.
#include "core/transaction_snapshot.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace schemaver::core {

namespace {

// The number up to the separator, which is taken off; at the end of the text there need be none.
std::optional<std::uint64_t> take_number(std::string_view& text, char separator) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return number;
    if (text.front() != separator) return std::nullopt;
    text.remove_prefix(1);
    return number;
}

}  // namespace

bool TransactionSnapshot::sees(std::uint64_t transaction) const {
    if (transaction < xmin) return true;
    if (transaction >= xmax) return false;
    return !std::binary_search(in_progress.begin(), in_progress.end(), transaction);
}

void TransactionSnapshot::exclude(std::uint64_t transaction) {
    if (!sees(transaction)) return;
    xmin = std::min(xmin, transaction);
    in_progress.insert(std::lower_bound(in_progress.begin(), in_progress.end(), transaction), transaction);
}

std::optional<TransactionSnapshot> parse_snapshot(std::string_view text) {
    TransactionSnapshot snapshot;
    const auto xmin = take_number(text, ':');
    const auto xmax = take_number(text, ':');
    if (!xmin || !xmax) return std::nullopt;
    snapshot.xmin = *xmin;
    snapshot.xmax = *xmax;
    while (!text.empty()) {
        const auto transaction = take_number(text, ',');
        if (!transaction) return std::nullopt;
        snapshot.in_progress.push_back(*transaction);
    }
    return snapshot;
}

std::string to_text(const TransactionSnapshot& snapshot) {
    return fmt::format("{}:{}:{}", snapshot.xmin, snapshot.xmax, fmt::join(snapshot.in_progress, ","));
}

}  // namespace schemaver::core
