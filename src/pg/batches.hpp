// A procedure that works in transactions of its own, one after the other.
//
//     pg::Batches batches(arguments);               CALL outside of a transaction block
//     n = batches.run("UPDATE ...", {"a", "b"});    $1, $2: text
//     batches.commit();
//     batches.done();
#pragma once

#include <string>
#include <vector>

#include "pg/boundary.hpp"

namespace schemaver::pg {

class Batches {
  public:
    // Throws Error (25001) inside a transaction block, where there is nothing to commit.
    explicit Batches(const Arguments& arguments);
    // With the caller's rights and search_path; how many rows it was about.
    std::uint64_t run(const std::string& sql, const std::vector<std::string>& arguments);
    void commit();
    void done();
};

}  // namespace schemaver::pg
