// From an expression's or query's text, as this or another server deparsed it, to its portable normal form.
//
//     Normaliser normal;
//     normal("(x > 0)") == normal("x > 0")        // true
#pragma once

#include <string>
#include <unordered_map>

namespace schemaver::catalog {

// Remembers: the same default or check stands in thousands of tables.
class Normaliser {
  public:
    // "text:" and the text itself where this server's grammar cannot read it: a newer server may have written
    // it.
    const std::string& operator()(const std::string& sql);

  private:
    std::unordered_map<std::string, std::string> known_;
};

}  // namespace schemaver::catalog
