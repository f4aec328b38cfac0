// Which transactions had ended at a moment: the server's type pg_snapshot, "xmin:xmax:xip,xip,...".
//
// Those below xmin had, those from xmax on had not; of those in between, the listed ones had not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

struct TransactionSnapshot {
    std::uint64_t xmin = 0;
    std::uint64_t xmax = 0;
    std::vector<std::uint64_t> in_progress;  // ascending

    bool sees(std::uint64_t transaction) const;
    // From now on the transaction counts as one that had not ended.
    void exclude(std::uint64_t transaction);
};

// Nothing where the text is no snapshot.
std::optional<TransactionSnapshot> parse_snapshot(std::string_view text);
std::string to_text(const TransactionSnapshot& snapshot);

}  // namespace schemaver::core
