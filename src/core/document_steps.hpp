// Versions of a kind of document, the steps between them, and the way from one version to another.
//
// Example: with steps 1.0 -> 1.1 -> 2.0 and 1.0 -> 2.0 the way from 1.0 to 2.0 is the one direct step.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace schemaver::core {

struct DocumentStep {
    std::string from;
    std::string to;
    std::string function;  // "public.add_timeout(pg_catalog.jsonb)"
};

// The steps of the shortest way, in order; of several as short, the one whose steps come first. None where
// `from` is `to`; nothing where there is no way.
std::optional<std::vector<DocumentStep>> shortest_way(const std::vector<DocumentStep>& steps,
                                                      const std::string& from, const std::string& to);

// Where there is no way: how far one comes from `from`, and from where one would reach `to`. Both sorted,
// and without the two themselves.
struct Gap {
    std::vector<std::string> reached;
    std::vector<std::string> leading;
};
Gap gap_between(const std::vector<DocumentStep>& steps, const std::string& from, const std::string& to);

}  // namespace schemaver::core
