// The normal form by way of the server's grammar, or the text when that fails.
#include "catalog/normalise.hpp"

#include "core/portable.hpp"
#include "pg/parse.hpp"
#include "pg/settings.hpp"
#include "pg/subtransaction.hpp"

namespace schemaver::catalog {

namespace {

// What a text can be to blame for, by its SQLSTATE: feature not supported, data exception, syntax error,
// program limit exceeded (it nests too deep), and a tree that core cannot read.
bool is_about_the_text(const pg::Error& error) {
    const std::string state = error.sqlstate();
    for (const char* of_text : {"0A", "22", "42", "54", "XX"}) {
        if (state.starts_with(of_text)) return true;
    }
    return false;
}

}  // namespace

const std::string& Normaliser::operator()(const std::string& sql) {
    if (const auto found = known_.find(sql); found != known_.end()) return found->second;
    std::string form;
    const auto error = pg::subtransaction([&] {
        pg::PinnedSettings pinned;  // the grammar reads standard_conforming_strings
        form = core::normal_form(pg::parse_tree_text(sql));
        pinned.restore();
    });
    if (error && !is_about_the_text(*error)) throw *error;
    if (error) form = "text:" + sql;
    return known_.emplace(sql, std::move(form)).first->second;
}

}  // namespace schemaver::catalog
