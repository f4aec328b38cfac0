// The rows of a set-returning function.
//
//     pg::ResultSet rows(arguments);
//     rows.add({pg::text_datum("table"), std::nullopt});
//     return rows.done();
#pragma once

#include "pg/table.hpp"

namespace schemaver::pg {

class ResultSet {
  public:
    // `scalar`: of a function that returns a set of single values.
    explicit ResultSet(const Arguments& arguments, bool scalar = false);
    void add(const std::vector<Value>& values);
    Result done() const { return Result::null(); }

  private:
    ReturnSetInfo* info_;
};

// One composite value, for a function that returns a single row.
Result single_row(const Arguments& arguments, const std::vector<Value>& values);

}  // namespace schemaver::pg
